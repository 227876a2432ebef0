package io.github.grpcuds.benchmarks;

import io.grpc.stub.CallStreamObserver;

/** Sends messages while the call is ready for them, then completes it. */
final class MessageSource implements Runnable {
  private final CallStreamObserver<byte[]> observer;
  private final byte[] message;
  private int left;

  MessageSource(CallStreamObserver<byte[]> observer, int messages, byte[] message) {
    this.observer = observer;
    this.left = messages;
    this.message = message;
  }

  /** The call's onReady handler. */
  @Override
  public void run() {
    while (left > 0 && observer.isReady()) {
      left--;
      observer.onNext(message);
      if (left == 0) {
        observer.onCompleted();
      }
    }
  }
}
