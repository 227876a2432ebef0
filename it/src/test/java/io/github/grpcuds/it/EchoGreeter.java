package io.github.grpcuds.it;

import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.HelloReply;
import io.github.grpcuds.proto.HelloRequest;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers with the name it is asked to greet, and returns the payload. Counts its calls. */
class EchoGreeter extends GreeterGrpc.GreeterImplBase {
  final AtomicInteger calls = new AtomicInteger();
  private final String greeting;

  EchoGreeter() {
    this("Hello");
  }

  EchoGreeter(String greeting) {
    this.greeting = greeting;
  }

  HelloReply reply(String name, HelloRequest request) {
    return HelloReply.newBuilder()
        .setMessage(greeting + " " + name)
        .setPayload(request.getPayload())
        .build();
  }

  @Override
  public void sayHello(HelloRequest request, StreamObserver<HelloReply> replies) {
    calls.incrementAndGet();
    replies.onNext(reply(request.getName(), request));
    replies.onCompleted();
  }

  @Override
  public void sayHelloTimes(HelloRequest request, StreamObserver<HelloReply> replies) {
    calls.incrementAndGet();
    for (int i = 1; i <= request.getTimes(); i++) {
      replies.onNext(reply(request.getName() + " " + i, request));
    }
    replies.onCompleted();
  }

  @Override
  public StreamObserver<HelloRequest> sayHelloToAll(StreamObserver<HelloReply> replies) {
    calls.incrementAndGet();
    List<String> names = new ArrayList<>();
    return new StreamObserver<HelloRequest>() {
      @Override
      public void onNext(HelloRequest request) {
        names.add(request.getName());
      }

      @Override
      public void onError(Throwable t) {}

      @Override
      public void onCompleted() {
        replies.onNext(reply(String.join(", ", names), HelloRequest.getDefaultInstance()));
        replies.onCompleted();
      }
    };
  }

  @Override
  public StreamObserver<HelloRequest> chat(StreamObserver<HelloReply> replies) {
    calls.incrementAndGet();
    return new StreamObserver<HelloRequest>() {
      @Override
      public void onNext(HelloRequest request) {
        replies.onNext(reply(request.getName(), request));
      }

      @Override
      public void onError(Throwable t) {}

      @Override
      public void onCompleted() {
        replies.onCompleted();
      }
    };
  }
}
