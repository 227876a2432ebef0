package io.github.grpcuds.benchmarks;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/** Waits for the end of a stream; counts the replies and keeps the last. */
class StreamEnd implements ClientResponseObserver<byte[], byte[]> {
  private final CompletableFuture<byte[]> last = new CompletableFuture<>();
  private int replies;
  private byte[] reply;

  /** The last reply, once the stream has ended. */
  final Future<byte[]> last() {
    return last;
  }

  /** How many there were; for those who have waited for the end. */
  final int replies() {
    return replies;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<byte[]> requests) {}

  @Override
  public final void onNext(byte[] message) {
    replies++;
    reply = message;
  }

  @Override
  public final void onError(Throwable t) {
    last.completeExceptionally(t);
  }

  @Override
  public final void onCompleted() {
    last.complete(reply);
  }
}
