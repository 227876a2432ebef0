package io.github.grpcuds.executor.internal;

import java.util.concurrent.TimeUnit;

/**
 * Tells whether messages come so fast, one after the other, that their sender had better leave
 * writing to another thread, which writes many at a time. One that writes each at once is faster
 * only if it then has to wait for an answer, or takes its time for the next.
 *
 * <p>Used by one thread at a time. Internal to grpc-uds: may change in any version.
 */
public final class Burst {
  /** Much less than the shortest exchange of messages takes, and more than a write. */
  private static final long GAP_NANOS = TimeUnit.MICROSECONDS.toNanos(5);

  /** So many come at once without being a burst. */
  private static final int FIRST = 8;

  /** What counts at most; each pause halves that. */
  private static final int MOST = 64;

  private long last;
  private int messages;

  /** Notes a message; true if it is one of a burst. */
  public boolean next() {
    return next(System.nanoTime());
  }

  boolean next(long now) {
    messages = now - last < GAP_NANOS ? Math.min(MOST, messages + 1) : messages / 2;
    last = now;
    return messages >= FIRST;
  }
}
