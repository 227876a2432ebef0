package io.github.grpcuds.benchmarks;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.stub.ClientCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;

/** A number of threads, each with a blocking call after the other. */
final class CallingThreads implements Workload {
  /** Makes a thread of some kind. */
  interface Maker {
    Thread unstarted(Runnable body);
  }

  private final Channel channel;
  private final int number;
  private final Maker maker;

  CallingThreads(Channel channel, int number, Maker maker) {
    this.channel = channel;
    this.number = number;
    this.maker = maker;
  }

  @Override
  public void run(long end, Recorder recorder) throws Exception {
    List<FutureTask<Long>> callers = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      FutureTask<Long> caller = new FutureTask<>(() -> callUntil(end));
      callers.add(caller);
      maker.unstarted(caller).start();
    }
    for (FutureTask<Long> caller : callers) {
      recorder.count(caller.get());
    }
  }

  private long callUntil(long end) {
    byte[] request = new byte[32];
    long calls = 0;
    for (; System.nanoTime() - end < 0; calls++) {
      ClientCalls.blockingUnaryCall(channel, BenchService.ECHO, CallOptions.DEFAULT, request);
    }
    return calls;
  }
}
