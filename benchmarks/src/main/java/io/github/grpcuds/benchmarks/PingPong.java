package io.github.grpcuds.benchmarks;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;

/** Messages to and fro on one stream, each sent when the one before is back. */
final class PingPong implements Workload {
  private final Channel channel;

  PingPong(Channel channel) {
    this.channel = channel;
  }

  @Override
  public void run(long end, Recorder recorder) throws Exception {
    Player player = new Player(end, recorder);
    StreamObserver<byte[]> requests =
        ClientCalls.asyncBidiStreamingCall(
            channel.newCall(BenchService.PING_PONG, CallOptions.DEFAULT), player);
    player.begin(requests);
    player.ended.get();
  }

  private static final class Player implements StreamObserver<byte[]> {
    private final byte[] message = new byte[32];
    private final long end;
    private final Recorder recorder;
    private volatile StreamObserver<byte[]> requests;
    private long sentNanos;

    final CompletableFuture<Void> ended = new CompletableFuture<>();

    Player(long end, Recorder recorder) {
      this.end = end;
      this.recorder = recorder;
    }

    void begin(StreamObserver<byte[]> requests) {
      this.requests = requests;
      sentNanos = System.nanoTime();
      requests.onNext(message);
    }

    @Override
    public void onNext(byte[] reply) {
      long now = System.nanoTime();
      recorder.record(now - sentNanos);
      if (now - end < 0) {
        sentNanos = now;
        requests.onNext(message);
      } else {
        requests.onCompleted();
      }
    }

    @Override
    public void onError(Throwable t) {
      ended.completeExceptionally(t);
    }

    @Override
    public void onCompleted() {
      ended.complete(null);
    }
  }
}
