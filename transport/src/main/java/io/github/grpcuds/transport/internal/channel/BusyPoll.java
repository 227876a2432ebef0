package io.github.grpcuds.transport.internal.channel;

import java.util.concurrent.TimeUnit;

/**
 * Decides whether a thread that waits for input looks for it again and again, for a while, before
 * it sleeps: to be put to sleep and woken takes longer than many a peer takes to answer.
 *
 * <p>Worth it is only the exchange of small messages. More input at a time is more calls at a time,
 * which had better be gathered in sleep. Nor is it worth it if the peer takes longer than that: a
 * look in vain is followed by 1, 2, 4 and up to 64 short waits without one. Between looks, whoever
 * has work to do gets the processor.
 *
 * <p>Used by one thread at a time. Internal to grpc-uds: may change in any version.
 */
public final class BusyPoll {
  private static final String PROPERTY = "grpcuds.busyPollMicros";

  /** About what it takes to put a thread to sleep and to wake it, on both sides. */
  private static final int DEFAULT_MICROS = 50;

  private static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** Some frames of small messages. */
  private static final int SMALL_BYTES = 256;

  /** In exchanges in which both sides sleep, a wait is a multiple of what it is if none does. */
  private static final int SHORT_WAITS = 8;

  private static final int MOST_SKIPPED = 64;

  private final long limitNanos;
  private int bytes; // since the last wait
  private int skipped; // after the last look in vain
  private int toSkip;
  private boolean looks;
  private long start;

  /**
   * One that has not waited yet.
   *
   * @param limitNanos for how long to look; 0 for not at all
   */
  public BusyPoll(long limitNanos) {
    this.limitNanos = limitNanos;
  }

  /**
   * The time in nanoseconds that the system property {@code grpcuds.busyPollMicros} sets in
   * microseconds, else 50 microseconds; 0 if there is no second processor for the peer.
   *
   * @throws IllegalArgumentException if the property is not in 0..1000
   */
  public static long defaultNanos() {
    int processors = Runtime.getRuntime().availableProcessors();
    int micros = Integer.getInteger(PROPERTY, processors > 1 ? DEFAULT_MICROS : 0);
    if (micros < 0 || micros > 1000) {
      throw new IllegalArgumentException(
          "system property " + PROPERTY + " not in 0..1000: " + micros);
    }
    return TimeUnit.MICROSECONDS.toNanos(micros);
  }

  /**
   * The value of an option, in nanoseconds.
   *
   * @throws IllegalArgumentException if it is not in 0..1 ms: who sleeps late is late for timers
   */
  public static long checkedNanos(long time, TimeUnit unit) {
    long nanos = unit.toNanos(time);
    if (nanos < 0 || nanos > MOST_NANOS) {
      throw new IllegalArgumentException("busyPollTime not in 0..1 ms: " + time + " " + unit);
    }
    return nanos;
  }

  /** Notes what a read has brought. */
  public void received(int count) {
    bytes += count;
  }

  /** Begins a wait; true if it begins with looks, false if the thread is to sleep at once. */
  public boolean begin() {
    looks = limitNanos > 0 && toSkip == 0 && bytes < SMALL_BYTES;
    bytes = 0;
    start = limitNanos > 0 ? System.nanoTime() : 0;
    return looks;
  }

  /** After a look: true if there is time for one more, false if the thread is to sleep. */
  @SuppressWarnings("ThreadPriorityCheck") // if yielding does nothing, looking is as good
  public boolean goesOn() {
    Thread.yield();
    return System.nanoTime() - start < limitNanos;
  }

  /** A look has found something. */
  public void found() {
    skipped = 0;
  }

  /** The thread has slept, after looks in vain if there were any. */
  public void slept() {
    if (looks) {
      skipped = Math.min(MOST_SKIPPED, Math.max(1, 2 * skipped));
      toSkip = skipped;
    } else if (toSkip > 0 && System.nanoTime() - start < SHORT_WAITS * limitNanos) {
      toSkip--;
    }
  }
}
