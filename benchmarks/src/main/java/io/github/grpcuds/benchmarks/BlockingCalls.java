package io.github.grpcuds.benchmarks;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.stub.ClientCalls;

/** A blocking call after the other. */
final class BlockingCalls implements Workload {
  private final Channel channel;

  BlockingCalls(Channel channel) {
    this.channel = channel;
  }

  @Override
  public void run(long end, Recorder recorder) {
    byte[] request = new byte[32];
    long now = System.nanoTime();
    while (now - end < 0) {
      ClientCalls.blockingUnaryCall(channel, BenchService.ECHO, CallOptions.DEFAULT, request);
      long before = now;
      now = System.nanoTime();
      recorder.record(now - before);
    }
  }
}
