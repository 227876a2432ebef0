package io.github.grpcuds.examples;

import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.HelloReply;
import io.github.grpcuds.proto.HelloRequest;
import io.grpc.stub.StreamObserver;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** The greeter: nothing in it knows of sockets. */
class GreeterService extends GreeterGrpc.GreeterImplBase {
  @Override
  public void sayHello(HelloRequest request, StreamObserver<HelloReply> replies) {
    replies.onNext(greet(request.getName()));
    replies.onCompleted();
  }

  @Override
  public StreamObserver<HelloRequest> sayHelloToAll(StreamObserver<HelloReply> replies) {
    List<String> names = new ArrayList<>();
    return new StreamObserver<HelloRequest>() {
      @Override
      public void onNext(HelloRequest request) {
        names.add(request.getName());
      }

      @Override
      public void onError(Throwable cancelled) {}

      @Override
      public void onCompleted() {
        replies.onNext(greet(String.join(", ", names)));
        replies.onCompleted();
      }
    };
  }

  @Override
  public void sayHelloTimes(HelloRequest request, StreamObserver<HelloReply> replies) {
    for (int i = 1; i <= request.getTimes(); i++) {
      replies.onNext(greet(request.getName() + " #" + i));
    }
    replies.onCompleted();
  }

  @Override
  public StreamObserver<HelloRequest> chat(StreamObserver<HelloReply> replies) {
    return new StreamObserver<HelloRequest>() {
      @Override
      public void onNext(HelloRequest request) {
        replies.onNext(greet(request.getName()));
      }

      @Override
      public void onError(Throwable cancelled) {}

      @Override
      public void onCompleted() {
        replies.onCompleted();
      }
    };
  }

  static HelloReply greet(String name) {
    return HelloReply.newBuilder().setMessage("Hello " + name).setPid(pid()).build();
  }

  /** ProcessHandle is not in Java 8; every JVM we know names itself {@code pid@host}. */
  static long pid() {
    String name = ManagementFactory.getRuntimeMXBean().getName();
    return Long.parseLong(name.substring(0, name.indexOf('@')));
  }
}
