package io.github.grpcuds.examples;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.HelloReply;
import io.github.grpcuds.proto.HelloRequest;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** A client that makes each of the four kinds of calls. */
public final class GreeterClient {
  private static final String USAGE = "GreeterClient [--socket PATH] [--name NAME]";

  private final GreeterGrpc.GreeterBlockingStub blocking;
  private final GreeterGrpc.GreeterStub async;

  private GreeterClient(ManagedChannel channel) {
    blocking = GreeterGrpc.newBlockingStub(channel);
    async = GreeterGrpc.newStub(channel);
  }

  public static void main(String[] args) throws ExecutionException, InterruptedException {
    Options options = Options.parse(USAGE, args);
    ManagedChannel channel = UdsChannelBuilder.forPath(options.socket()).build();
    try {
      new GreeterClient(channel).greet(options.get("name", "world"));
    } finally {
      channel.shutdownNow();
    }
  }

  private void greet(String name) throws ExecutionException, InterruptedException {
    HelloReply reply = blocking.withDeadlineAfter(5, TimeUnit.SECONDS).sayHello(named(name));
    System.out.println("unary: " + reply.getMessage());

    Replies toAll = new Replies();
    send(async.withDeadlineAfter(5, TimeUnit.SECONDS).sayHelloToAll(toAll), name);
    print("client streaming", toAll.await());

    HelloRequest thrice = named(name).toBuilder().setTimes(3).build();
    blocking
        .withDeadlineAfter(5, TimeUnit.SECONDS)
        .sayHelloTimes(thrice)
        .forEachRemaining(each -> System.out.println("server streaming: " + each.getMessage()));

    Replies chat = new Replies();
    send(async.withDeadlineAfter(5, TimeUnit.SECONDS).chat(chat), name);
    print("bidirectional streaming", chat.await());
  }

  private static void send(StreamObserver<HelloRequest> requests, String name) {
    for (String each : Arrays.asList(name, "Ada", "Grace")) {
      requests.onNext(named(each));
    }
    requests.onCompleted();
  }

  private static void print(String kind, List<HelloReply> replies) {
    for (HelloReply reply : replies) {
      System.out.println(kind + ": " + reply.getMessage());
    }
  }

  private static HelloRequest named(String name) {
    return HelloRequest.newBuilder().setName(name).build();
  }
}
