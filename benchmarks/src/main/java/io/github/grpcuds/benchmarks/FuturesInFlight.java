package io.github.grpcuds.benchmarks;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.stub.ClientCalls;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/** One thread that starts calls as futures while fewer than a number of them are under way. */
final class FuturesInFlight implements Workload {
  private final Channel channel;
  private final int most;

  FuturesInFlight(Channel channel, int most) {
    this.channel = channel;
    this.most = most;
  }

  @Override
  public void run(long end, Recorder recorder) throws Exception {
    byte[] request = new byte[32];
    Semaphore room = new Semaphore(most);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    long calls = 0;
    while (System.nanoTime() - end < 0 && failure.get() == null) {
      room.acquire();
      ListenableFuture<byte[]> reply =
          ClientCalls.futureUnaryCall(
              channel.newCall(BenchService.ECHO, CallOptions.DEFAULT), request);
      reply.addListener(() -> ended(reply, failure, room), MoreExecutors.directExecutor());
      calls++;
    }
    room.acquire(most);
    if (failure.get() != null) {
      throw new ExecutionException(failure.get());
    }
    recorder.count(calls);
  }

  private static void ended(
      ListenableFuture<byte[]> reply, AtomicReference<Throwable> failure, Semaphore room) {
    try {
      reply.get();
    } catch (ExecutionException | InterruptedException e) {
      failure.set(e);
    } finally {
      room.release();
    }
  }
}
