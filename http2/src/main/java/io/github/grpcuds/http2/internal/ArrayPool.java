package io.github.grpcuds.http2.internal;

import java.util.ArrayDeque;

/**
 * Large arrays for output, shared by all connections: few of them have much to send at a time. One
 * that was used a moment ago is in the processor's caches, a new one has to be cleared first.
 */
final class ArrayPool {
  static final int ARRAY_BYTES = 64 * 1024;

  /** The most that is kept for later: two of gRPC's largest messages, unless the heap is small. */
  private static final long MOST_BYTES = Math.min(8 << 20, Runtime.getRuntime().maxMemory() / 64);

  static final ArrayPool SHARED = new ArrayPool((int) (MOST_BYTES / ARRAY_BYTES));

  private final int most;
  private final ArrayDeque<byte[]> free = new ArrayDeque<>(); // guarded by this

  /** A pool that keeps so many. */
  ArrayPool(int most) {
    this.most = most;
  }

  byte[] take() {
    synchronized (this) {
      if (!free.isEmpty()) {
        return free.pop(); // the one that was given last
      }
    }
    return new byte[ARRAY_BYTES];
  }

  /** How many there are for later. */
  synchronized int free() {
    return free.size();
  }

  synchronized void give(byte[] array) {
    if (free.size() < most) {
      free.push(array);
    }
  }
}
