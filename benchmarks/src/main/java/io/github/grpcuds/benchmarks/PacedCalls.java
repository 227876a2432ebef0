package io.github.grpcuds.benchmarks;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.stub.ClientCalls;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A blocking call, a sleep, and so on: so many microseconds from start to start at least. */
final class PacedCalls implements Workload {
  private final Channel channel;
  private final long intervalNanos;

  PacedCalls(Channel channel, int intervalMicros) {
    this.channel = channel;
    this.intervalNanos = TimeUnit.MICROSECONDS.toNanos(intervalMicros);
  }

  @Override
  public void run(long end, Recorder recorder) {
    byte[] request = new byte[32];
    long next = System.nanoTime();
    while (next - end < 0) {
      long start = System.nanoTime();
      ClientCalls.blockingUnaryCall(channel, BenchService.ECHO, CallOptions.DEFAULT, request);
      long now = System.nanoTime();
      recorder.record(now - start);
      next = Math.max(next + intervalNanos, now);
      for (long left = next - now; left > 0; left = next - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
    }
  }
}
