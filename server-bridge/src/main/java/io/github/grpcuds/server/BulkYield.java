package io.github.grpcuds.server;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Has a thread that writes bulk give way, now and then, to those that serve small calls.
 *
 * <p>A thread with enough to write never sleeps, so the scheduler lets it run for its whole time
 * slice, some milliseconds. On a machine with few processors, all that a small call beside it takes
 * part in may have to wait for that: threads of this server and of its clients. So the thread
 * yields after each {@link #EACH_BYTES}, as long as the process receives small messages as well, on
 * any connection.
 *
 * <p>Others than these calls may take the processor and keep it for a time slice of theirs. What
 * the yields have taken is kept count of, and there are no more until as much time has passed
 * without any. So bulk keeps half of the time that it would have.
 *
 * <p>{@link #wrote} is called under the lock of the connection, {@link #giveWay} without.
 */
final class BulkYield {
  /** As much as is written in some 50 us. */
  static final int EACH_BYTES = 64 * 1024;

  /** A message of fewer bytes is part of a small call. */
  static final int SMALL_BYTES = 4096;

  /** Since the last small message; then it is bulk alone. */
  static final int YIELDS = 256;

  /** How much time may be saved up, for yields to take. */
  static final long MOST_CREDIT_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  /** Of this process. Not exact: it is enough that it changes. */
  private static final AtomicLong SMALL_MESSAGES = new AtomicLong();

  private final LongSource clock;
  private final LongSource smallMessages;
  private final Runnable yieldAction;
  private long bytes; // since the last yield, or since there might have been one
  private long seenMessages;
  private int yieldsLeft;
  private final AtomicBoolean yielding = new AtomicBoolean(); // guards what follows
  private long creditNanos;
  private long creditTime; // up to which the credit counts

  /** One that has seen no bulk yet. */
  @SuppressWarnings("ThreadPriorityCheck") // where yielding does nothing, bulk is only less polite
  BulkYield() {
    this(System::nanoTime, SMALL_MESSAGES::get, Thread::yield);
  }

  /** With a clock, a count and an effect of its own, for tests. */
  BulkYield(LongSource clock, LongSource smallMessages, Runnable yieldAction) {
    this.clock = clock;
    this.smallMessages = smallMessages;
    this.yieldAction = yieldAction;
    this.seenMessages = smallMessages.get();
    this.creditTime = clock.get();
  }

  /** Part of a message has come. Any thread. */
  static void received(int bytes) {
    if (bytes < SMALL_BYTES) {
      SMALL_MESSAGES.lazySet(SMALL_MESSAGES.get() + 1);
    }
  }

  /** Notes what was written; true if the thread is to yield when it has given the lock back. */
  boolean wrote(int count) {
    bytes += count;
    if (bytes < EACH_BYTES) {
      return false;
    }
    bytes = 0;
    long messages = smallMessages.get();
    if (messages != seenMessages) {
      seenMessages = messages;
      yieldsLeft = YIELDS;
    }
    if (yieldsLeft == 0) {
      return false;
    }
    yieldsLeft--;
    return true;
  }

  /** Yields, unless yields have taken too much time, or another thread is at it. */
  void giveWay() {
    if (!yielding.compareAndSet(false, true)) {
      return;
    }
    try {
      long before = clock.get();
      creditNanos = Math.min(MOST_CREDIT_NANOS, creditNanos + before - creditTime);
      creditTime = before;
      if (creditNanos >= 0) {
        yieldAction.run();
        creditTime = clock.get();
        creditNanos -= creditTime - before;
      }
    } finally {
      yielding.set(false);
    }
  }
}
