package io.github.grpcuds.transport.internal.channel;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * What it takes to wake a thread that sleeps, on this machine at this time: measured by two threads
 * that wake each other a few times, once somebody wants to know and again when that is old. It
 * takes a few milliseconds, in which they mostly sleep.
 *
 * <p>It is the lower quartile: on a busy machine, many a thread that is woken has to wait for a
 * processor, and who looks for input would make that worse.
 */
final class WakeCost {
  private static final int ROUNDS = 24;
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
  private static final long OLD_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final AtomicBoolean measuring = new AtomicBoolean();
  private static volatile long nanos; // 0: not known
  private static volatile long measured; // when; of no meaning before the first time
  private static volatile boolean known;

  private WakeCost() {}

  /**
   * In nanoseconds; 0 if it is not known yet, or there is one processor only, on which to look
   * keeps the peer from answering.
   */
  static long nanos(long now) {
    if ((!known || now - measured > OLD_NANOS) && measuring.compareAndSet(false, true)) {
      measured = now;
      known = true;
      start();
    }
    return nanos;
  }

  private static void start() {
    try {
      new Waker().start();
    } catch (RuntimeException | Error e) { // no thread to be had: the old value stays
      measuring.set(false);
    }
  }

  /** The thread that measures. */
  private static final class Waker extends Thread {
    private final Woken other = new Woken(this);
    private volatile int answered;

    Waker() {
      super("grpc-uds-wake-cost");
      setDaemon(true);
      setContextClassLoader(null);
    }

    @Override
    public void run() {
      try {
        boolean parallel = Runtime.getRuntime().availableProcessors() > 1;
        nanos = parallel ? measure() : 0;
      } catch (RuntimeException | Error e) { // as in start
        other.end();
      } finally {
        measuring.set(false);
      }
    }

    private long measure() {
      long[] times = new long[ROUNDS];
      other.start();
      for (int i = 0; i < ROUNDS; i++) {
        LockSupport.parkNanos(this, PAUSE_NANOS); // until the other one sleeps
        long start = System.nanoTime();
        other.wake(i + 1);
        while (answered <= i) {
          LockSupport.park(this);
        }
        times[i] = (System.nanoTime() - start) / 2; // there and back
      }
      other.end();
      Arrays.sort(times);
      return times[ROUNDS / 4];
    }
  }

  /** The thread that is woken, and wakes back. */
  private static final class Woken extends Thread {
    private final Waker waker;
    private volatile int asked;
    private volatile boolean ended;

    Woken(Waker waker) {
      super("grpc-uds-wake-cost-2");
      this.waker = waker;
      setDaemon(true);
      setContextClassLoader(null);
    }

    void wake(int round) {
      asked = round;
      LockSupport.unpark(this);
    }

    void end() {
      ended = true;
      LockSupport.unpark(this);
    }

    @Override
    public void run() {
      for (int round = 1; !ended; ) {
        if (asked < round) {
          LockSupport.park(this);
        } else {
          waker.answered = round++;
          LockSupport.unpark(waker);
        }
      }
    }
  }
}
