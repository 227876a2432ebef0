package io.github.grpcuds.android;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;

/** What an app with a client does that is given a target of gRPC, to be shrunk. */
public final class TargetApp {
  private TargetApp() {}

  /** Makes calls to the target that is the first argument. */
  public static void main(String[] args) {
    UdsProviders.register();
    ManagedChannel channel = ManagedChannelBuilder.forTarget(args[0]).usePlaintext().build();
    try {
      EchoCalls.make(channel);
    } finally {
      channel.shutdownNow();
    }
  }
}
