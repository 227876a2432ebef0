package io.github.grpcuds.benchmarks;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** A number of chains of calls, each call started by the end of the one before. */
final class CallsInFlight implements Workload {
  private final Channel channel;
  private final MethodDescriptor<byte[], byte[]> method;
  private final byte[] request;
  private final int chains;

  CallsInFlight(
      Channel channel, MethodDescriptor<byte[], byte[]> method, byte[] request, int chains) {
    this.channel = channel;
    this.method = method;
    this.request = request;
    this.chains = chains;
  }

  @Override
  public void run(long end, Recorder recorder) throws Exception {
    List<Chain> all = new ArrayList<>();
    for (int i = 0; i < chains; i++) {
      all.add(new Chain(end, chains == 1 ? recorder : null));
    }
    all.forEach(Chain::next);
    for (Chain chain : all) {
      recorder.count(chain.ended.get());
    }
  }

  private final class Chain implements StreamObserver<byte[]> {
    private final long end;
    private final Recorder times; // null: calls are only counted
    private final AtomicInteger toStart = new AtomicInteger();
    private long calls;
    private long startNanos;

    /** How many calls are to be counted still. */
    final CompletableFuture<Long> ended = new CompletableFuture<>();

    Chain(long end, Recorder times) {
      this.end = end;
      this.times = times;
    }

    /** Starts the next call; never from within the start of one, or the stack would grow. */
    void next() {
      if (toStart.getAndIncrement() > 0) {
        return;
      }
      do {
        startNanos = System.nanoTime();
        ClientCalls.asyncUnaryCall(channel.newCall(method, CallOptions.DEFAULT), request, this);
      } while (toStart.decrementAndGet() > 0);
    }

    @Override
    public void onNext(byte[] reply) {}

    @Override
    public void onError(Throwable t) {
      ended.completeExceptionally(t);
    }

    @Override
    public void onCompleted() {
      long now = System.nanoTime();
      if (times == null) {
        calls++;
      } else {
        times.record(now - startNanos);
      }
      if (now - end < 0) {
        next();
      } else {
        ended.complete(calls);
      }
    }
  }
}
