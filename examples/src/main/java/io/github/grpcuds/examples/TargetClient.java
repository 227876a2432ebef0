package io.github.grpcuds.examples;

import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.HelloRequest;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.util.concurrent.TimeUnit;

/**
 * A client that takes any gRPC target, a host and port as well as {@code unix:/path}: with
 * grpc-uds-okhttp on the class path, programs like it need no change for Unix sockets.
 */
public final class TargetClient {
  private static final String USAGE = "TargetClient --target TARGET";

  private TargetClient() {}

  public static void main(String[] args) {
    Options options = Options.parse(USAGE, args);
    ManagedChannel channel =
        Grpc.newChannelBuilder(options.get("target"), InsecureChannelCredentials.create()).build();
    try {
      System.out.println(
          GreeterGrpc.newBlockingStub(channel)
              .withDeadlineAfter(5, TimeUnit.SECONDS)
              .sayHello(HelloRequest.newBuilder().setName("target").build())
              .getMessage());
    } finally {
      channel.shutdownNow();
    }
  }
}
