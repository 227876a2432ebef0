package io.github.grpcuds.server;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what a connection's messages take before the application has read them.
 *
 * <p>Flow control does not bound it: gRPC takes the bytes of a message as they come, and says so to
 * the peer, long before the message is complete.
 */
final class MessageMemory {
  /** What a piece costs beyond its bytes, about: the objects around it. */
  static final int PIECE_COST = 128;

  private final long limit;
  private final MemoryBudget lender; // null if there is none
  private final AtomicLong held = new AtomicLong();

  MessageMemory(long limit) {
    this(limit, null);
  }

  /**
   * Nothing yet.
   *
   * @param lender of what is more than the limit, for as long as it has plenty; null for none
   */
  MessageMemory(long limit, MemoryBudget lender) {
    this.limit = limit;
    this.lender = lender;
  }

  /** Counts a piece. False if that is more than allowed; it counts nevertheless. */
  boolean add(int length) {
    long now = held.addAndGet((long) length + PIECE_COST);
    return now <= limit || (lender != null && lender.mayBorrow(now));
  }

  /** Counts what a call has been handed and has not let go of, or with a negative number has. */
  void handed(long bytes) {
    held.addAndGet(bytes);
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
