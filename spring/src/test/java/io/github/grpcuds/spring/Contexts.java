package io.github.grpcuds.spring;

import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.GreeterGrpc.GreeterBlockingStub;
import io.github.grpcuds.proto.HelloReply;
import io.github.grpcuds.proto.HelloRequest;
import io.github.grpcuds.testkit.Deadline;
import io.grpc.Channel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.grpc.client.autoconfigure.CompositeChannelFactoryAutoConfiguration;
import org.springframework.boot.grpc.client.autoconfigure.GrpcClientAutoConfiguration;
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerAutoConfiguration;
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerServicesAutoConfiguration;
import org.springframework.boot.grpc.server.autoconfigure.health.GrpcServerHealthAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.grpc.client.GrpcChannelFactory;

/** Applications in which Boot's configurations and ours are at work. */
final class Contexts {
  private static final int OWN_UID = ownUid();

  private Contexts() {}

  /** An application with a greeter; nothing says where it listens. */
  static ApplicationContextRunner withGreeter() {
    return withoutService().withBean(Greeter.class);
  }

  static ApplicationContextRunner withoutService() {
    return new ApplicationContextRunner()
        .withConfiguration(
            AutoConfigurations.of(
                SslAutoConfiguration.class,
                GrpcServerAutoConfiguration.class,
                GrpcServerServicesAutoConfiguration.class,
                GrpcServerHealthAutoConfiguration.class,
                GrpcClientAutoConfiguration.class,
                CompositeChannelFactoryAutoConfiguration.class,
                UdsServerAutoConfiguration.class,
                UdsClientAutoConfiguration.class));
  }

  static Channel channel(ApplicationContext context, String target) {
    return context.getBean(GrpcChannelFactory.class).createChannel(target);
  }

  static GreeterBlockingStub greeter(Channel channel) {
    return GreeterGrpc.newBlockingStub(channel)
        .withDeadlineAfter(Deadline.SECONDS, TimeUnit.SECONDS);
  }

  /** What the greeter at a target answers. */
  static String hello(ApplicationContext context, String target) {
    HelloRequest request = HelloRequest.newBuilder().setName("Ada").build();
    HelloReply reply = greeter(channel(context, target)).sayHello(request);
    return reply.getMessage();
  }

  /** What it answers to this process. */
  static String helloToMe() {
    return "Hello Ada, uid " + OWN_UID;
  }

  static int ownUid() {
    try {
      Path mine = Files.createTempFile("grpc-uds", null);
      Integer uid = (Integer) FileFacts.of(mine, "unix:uid");
      Files.delete(mine);
      return uid;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
