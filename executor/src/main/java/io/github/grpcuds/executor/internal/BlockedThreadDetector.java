package io.github.grpcuds.executor.internal;

import io.github.grpcuds.executor.internal.ThreadFacts.Doing;

/**
 * What was seen of a thread at regular looks, and whether it seems blocked.
 *
 * <p>It does if it waited at two looks in a row and hardly used a processor in between. One look
 * would not do, for all threads wait now and then. A system call that blocks is known only by its
 * being native code, for the JVM takes the thread to be running; so more looks have to see it. A
 * thread that just gets no processor, on a machine with too much to do, is rarely in native code
 * each time. Threads that contend for a lock need no more threads that contend; only if it lasts
 * are they blocked.
 *
 * <p>A task that goes on and on keeps its thread from the others as much as one that is blocked: a
 * handler that sends without end, say. So that is told as well.
 *
 * <p>Looks are counted and not time: a pause of the whole JVM lasts for one look only. Where
 * processor time is not known, a thread that is in another task than before was not blocked.
 */
final class BlockedThreadDetector {
  /** Less between two looks, a fifth of the time, is hardly any. */
  static final long BUSY_NANOS = CallMonitor.INTERVAL_NANOS / 5;

  /** How many quiet times in a row between looks tell of a system call that blocks. */
  static final int NATIVE_LOOKS = 4;

  /** The same where garbage was collected meanwhile, which stops whoever runs. */
  static final int PAUSED_LOOKS = 4;

  /** The same for a lock that a running thread has. */
  static final int CONTENDED_LOOKS = 20;

  /** How many looks in a row at the same task tell that others should not wait for its end. */
  static final int LONG_LOOKS = 20;

  private int lastPhase; // 0: not in a task
  private Doing lastDoing = Doing.RUNS;
  private long lastCpuNanos;
  private int looksAtTask;
  private int quietLooks; // between which it hardly used a processor
  private long lastCollections;

  /** Looks at a thread that runs a task with a certain number, or none if it is 0. */
  boolean isBlocked(Thread thread, int phase) {
    if (phase == 0) {
      return isBlocked(0, Doing.RUNS, 0);
    }
    long collections = ThreadFacts.collections();
    boolean paused = collections != lastCollections;
    lastCollections = collections;
    boolean blocked = isBlocked(phase, ThreadFacts.doing(thread), ThreadFacts.cpuNanos(thread));
    return blocked && (!paused || quietLooks >= PAUSED_LOOKS);
  }

  boolean isBlocked(int phase, Doing doing, long cpuNanos) {
    looksAtTask = phase != 0 && phase == lastPhase ? looksAtTask + 1 : 0;
    boolean quiet = doing != Doing.RUNS && lastDoing != Doing.RUNS && isQuiet(phase, cpuNanos);
    quietLooks = quiet ? quietLooks + 1 : 0;
    boolean blocked = quiet && quietLooks >= Math.max(looksToTell(doing), looksToTell(lastDoing));
    lastPhase = phase;
    lastDoing = doing;
    lastCpuNanos = cpuNanos;
    return blocked;
  }

  /** Whether it has been at one task for long, blocked or not. */
  boolean isAtLongTask() {
    return looksAtTask >= LONG_LOOKS;
  }

  private boolean isQuiet(int phase, long cpuNanos) {
    return cpuNanos == ThreadFacts.UNKNOWN
        ? phase == lastPhase
        : cpuNanos - lastCpuNanos < BUSY_NANOS;
  }

  private static int looksToTell(Doing doing) {
    switch (doing) {
      case NATIVE:
        return NATIVE_LOOKS;
      case CONTENDS:
        return CONTENDED_LOOKS;
      default:
        return 1;
    }
  }
}
