package io.github.grpcuds.executor.internal;

/** What the platform tells of threads, if it does. */
final class ThreadFacts {
  static final long UNKNOWN = -1;

  private static final ThreadBeans BEANS = beans(); // null: it tells nothing but their state

  private ThreadFacts() {}

  /** What a thread seems to be doing. */
  enum Doing {
    /** It runs, or would if there were a processor for it. */
    RUNS,
    /** It waits, and not for a thread that runs. */
    WAITS,
    /** It is in native code, perhaps in a system call that blocks. */
    NATIVE,
    /** It waits for a lock that a running thread has. */
    CONTENDS
  }

  private static ThreadBeans beans() {
    try {
      return new ThreadBeans();
    } catch (RuntimeException | LinkageError e) {
      return null; // Android and small runtimes have no java.lang.management
    }
  }

  /**
   * How often garbage has been collected. If the number has changed, what looked like waiting may
   * have been a pause of the whole process.
   */
  static long collections() {
    return BEANS == null ? 0 : BEANS.collections();
  }

  /** Whether there is any way to tell how long a thread has used a processor. */
  static boolean areKnown() {
    return BEANS != null && BEANS.tellCpuTime();
  }

  /**
   * For how long the current thread has used a processor or, where the kernel tells, wanted one.
   * What is left of a time waited.
   */
  static long ownBusyNanos() {
    return BEANS.ownCpuNanos() + RunDelay.ownNanos();
  }

  /** How long a thread has used a processor, in nanoseconds, or {@link #UNKNOWN}. */
  static long cpuNanos(Thread thread) {
    return BEANS == null ? UNKNOWN : BEANS.cpuNanos(thread);
  }

  static Doing doing(Thread thread) {
    if (BEANS == null) {
      return thread.getState() == Thread.State.RUNNABLE ? Doing.NATIVE : Doing.WAITS;
    }
    return BEANS.doing(thread);
  }
}
