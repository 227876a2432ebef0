package io.github.grpcuds.http2.internal;

/** Memory that waits in a connection: received and not consumed, or not yet sent. */
final class PendingBytes {
  /** What a piece costs beyond its bytes, about: objects that keep it and its place in a queue. */
  static final int PIECE_COST = 128;

  final long limit;
  private long total;

  PendingBytes(long limit) {
    this.limit = limit;
  }

  long total() {
    return total;
  }

  void add(long bytes) {
    total += bytes;
  }

  void remove(long bytes) {
    total -= bytes;
  }

  boolean isOverLimit() {
    return total > limit;
  }

  /** The peer should send no more for now than it was allowed already. */
  boolean isHalfFull() {
    return total > limit / 2;
  }

  @Override
  public String toString() {
    return total + " bytes wait, received or to be sent; the limit is " + limit;
  }
}
