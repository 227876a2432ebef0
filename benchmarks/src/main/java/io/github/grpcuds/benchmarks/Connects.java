package io.github.grpcuds.benchmarks;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCalls;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A new channel for each call; its closing is not timed. */
final class Connects implements Workload {
  private final Supplier<ManagedChannel> channels;

  Connects(Supplier<ManagedChannel> channels) {
    this.channels = channels;
  }

  @Override
  public void run(long end, Recorder recorder) throws Exception {
    while (System.nanoTime() - end < 0) {
      long start = System.nanoTime();
      ManagedChannel channel = channels.get();
      try {
        call(channel);
        recorder.record(System.nanoTime() - start);
      } finally {
        channel.shutdownNow();
      }
      if (!channel.awaitTermination(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("a channel does not end within 10 s");
      }
    }
  }

  static void call(Channel channel) {
    ClientCalls.blockingUnaryCall(channel, BenchService.ECHO, CallOptions.DEFAULT, new byte[32]);
  }
}
