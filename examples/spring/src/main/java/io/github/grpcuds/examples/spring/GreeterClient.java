package io.github.grpcuds.examples.spring;

import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.GreeterGrpc.GreeterBlockingStub;
import io.github.grpcuds.proto.HelloRequest;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.CommandLineRunner;
import org.springframework.context.annotation.Profile;
import org.springframework.grpc.client.GrpcChannelFactory;
import org.springframework.stereotype.Component;

/** Asks for a greeting on the channel that the properties call greeter. */
@Component
@Profile("client")
class GreeterClient implements CommandLineRunner {
  private final GreeterBlockingStub greeter;
  private final String name;

  GreeterClient(GrpcChannelFactory channels, @Value("${name}") String name) {
    this.greeter = GreeterGrpc.newBlockingStub(channels.createChannel("greeter"));
    this.name = name;
  }

  @Override
  public void run(String... args) {
    HelloRequest request = HelloRequest.newBuilder().setName(name).build();
    System.out.println(greeter.sayHello(request).getMessage());
  }
}
