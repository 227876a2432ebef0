package io.github.grpcuds.spring;

import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.HelloReply;
import io.github.grpcuds.proto.HelloRequest;
import io.github.grpcuds.server.PeerIdentity;
import io.github.grpcuds.testkit.Deadline;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Greets, and says with which uid the caller has come. */
class Greeter extends GreeterGrpc.GreeterImplBase {
  /** Calls of SayHelloTimes have begun. */
  final CountDownLatch begun = new CountDownLatch(1);

  /** They may end. */
  final CountDownLatch mayEnd = new CountDownLatch(1);

  @Override
  public void sayHello(HelloRequest request, StreamObserver<HelloReply> replies) {
    reply("Hello " + request.getName() + ", uid " + PeerIdentity.current().uid(), replies);
  }

  @Override
  public void sayHelloTimes(HelloRequest request, StreamObserver<HelloReply> replies) {
    begun.countDown();
    try {
      mayEnd.await(Deadline.SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    reply("Goodbye " + request.getName(), replies);
  }

  private static void reply(String message, StreamObserver<HelloReply> replies) {
    replies.onNext(HelloReply.newBuilder().setMessage(message).build());
    replies.onCompleted();
  }
}
