package io.github.grpcuds.server;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what a connection's messages take before the application has read them.
 *
 * <p>Flow control does not bound it: gRPC takes the bytes of a message as they come, and says so to
 * the peer, long before the message is complete.
 */
final class HeldBytes {
  /** What a piece costs beyond its bytes, about: the objects around it. */
  static final int PIECE_COST = 128;

  private final long limit;
  private final AtomicLong held = new AtomicLong();

  HeldBytes(long limit) {
    this.limit = limit;
  }

  /** Counts a piece. False if that is more than allowed; it counts nevertheless. */
  boolean add(int length) {
    return held.addAndGet((long) length + PIECE_COST) <= limit;
  }

  void remove(int length) {
    held.addAndGet(-((long) length + PIECE_COST));
  }

  long held() {
    return held.get();
  }

  long limit() {
    return limit;
  }
}
