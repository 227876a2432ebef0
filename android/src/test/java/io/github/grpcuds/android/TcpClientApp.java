package io.github.grpcuds.android;

import io.grpc.ManagedChannel;
import io.grpc.okhttp.OkHttpChannelBuilder;

/** {@link ClientApp} with grpc-okhttp alone, to compare the sizes. */
public final class TcpClientApp {
  private TcpClientApp() {}

  /** Makes calls to the server at the host and the port that are the arguments. */
  public static void main(String[] args) {
    ManagedChannel channel =
        OkHttpChannelBuilder.forAddress(args[0], Integer.parseInt(args[1])).usePlaintext().build();
    try {
      EchoCalls.make(channel);
    } finally {
      channel.shutdownNow();
    }
  }
}
