package io.github.grpcuds.android;

import android.net.LocalSocketAddress.Namespace;
import io.grpc.ManagedChannel;

/** What an app with a client does, to be shrunk. */
public final class ClientApp {
  private ClientApp() {}

  /** Makes calls to the server at the path that is the first argument. */
  public static void main(String[] args) {
    ManagedChannel channel = UdsChannelBuilder.forPath(args[0], Namespace.FILESYSTEM).build();
    try {
      EchoCalls.make(channel);
    } finally {
      channel.shutdownNow();
    }
  }
}
