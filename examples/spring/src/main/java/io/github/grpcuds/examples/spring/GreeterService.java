package io.github.grpcuds.examples.spring;

import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.HelloReply;
import io.github.grpcuds.proto.HelloRequest;
import io.github.grpcuds.server.PeerIdentity;
import io.grpc.stub.StreamObserver;
import org.springframework.context.annotation.Profile;
import org.springframework.grpc.server.service.GrpcService;

/** Greets, and tells the callers what the kernel says of them. */
@GrpcService
@Profile("!client")
class GreeterService extends GreeterGrpc.GreeterImplBase {
  @Override
  public void sayHello(HelloRequest request, StreamObserver<HelloReply> replies) {
    String message = "Hello " + request.getName() + ", you are " + PeerIdentity.current();
    replies.onNext(HelloReply.newBuilder().setMessage(message).build());
    replies.onCompleted();
  }
}
