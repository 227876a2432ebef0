package io.github.grpcuds.testkit;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** How busy the machine is with other things than the test. */
public final class Machine {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
  private static final double QUIET = 1.3;
  private static final double MARGIN = 2;

  private Machine() {}

  /**
   * Whether a time is within a limit, which is one for a quiet machine. Past it, looks how busy the
   * machine is, and allows for that.
   */
  public static boolean isWithin(long millis, long limitMillis) {
    return millis < limitMillis || millis < limitMillis * allowance();
  }

  /**
   * By what limits of time may be multiplied at present, as long as what is tested does nothing: 1
   * on a quiet machine. Takes a third of a second.
   */
  public static double allowance() {
    double slowness = slowness();
    return slowness < QUIET ? 1 : slowness * MARGIN;
  }

  /** How many times as long as alone threads take, as many of them as there are processors. */
  static double slowness() {
    int threads = Runtime.getRuntime().availableProcessors();
    Callable<Long> look = Machine::processorNanosOfALook;
    List<Background<Long>> looks = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < threads; i++) {
      looks.add(Background.start("busy to see who else is", look));
    }
    long processorNanos = 0;
    for (Background<Long> one : looks) {
      try {
        processorNanos += one.result();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
    return (double) (System.nanoTime() - start) * threads / Math.max(1, processorNanos);
  }

  private static long processorNanosOfALook() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadCpuTime();
    long end = System.nanoTime() + LOOK_NANOS;
    while (System.nanoTime() - end < 0) {}
    return threads.getCurrentThreadCpuTime() - before;
  }
}
