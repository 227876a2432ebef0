package io.github.grpcuds.executor.internal;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Collections;
import java.util.List;

/** What the platform tells of threads, if it does. */
final class ThreadFacts {
  static final long UNKNOWN = -1;

  private static final ThreadMXBean BEAN = bean();
  private static final List<GarbageCollectorMXBean> COLLECTORS = collectors();

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

  private static ThreadMXBean bean() {
    try {
      return ManagementFactory.getThreadMXBean();
    } catch (RuntimeException | LinkageError e) {
      return null; // Android and small runtimes have no java.lang.management
    }
  }

  private static List<GarbageCollectorMXBean> collectors() {
    try {
      return ManagementFactory.getGarbageCollectorMXBeans();
    } catch (RuntimeException | LinkageError e) {
      return Collections.emptyList();
    }
  }

  /**
   * How often garbage has been collected. If the number has changed, what looked like waiting may
   * have been a pause of the whole process.
   */
  static long collections() {
    long count = 0;
    for (int i = 0; i < COLLECTORS.size(); i++) {
      count += COLLECTORS.get(i).getCollectionCount();
    }
    return count;
  }

  /** Whether there is any way to tell how long a thread has used a processor. */
  static boolean areKnown() {
    return BEAN != null && BEAN.isCurrentThreadCpuTimeSupported() && BEAN.isThreadCpuTimeEnabled();
  }

  /**
   * For how long the current thread has used a processor or, where the kernel tells, wanted one.
   * What is left of a time waited.
   */
  static long ownBusyNanos() {
    return BEAN.getCurrentThreadCpuTime() + RunDelay.ownNanos();
  }

  /** How long a thread has used a processor, in nanoseconds, or {@link #UNKNOWN}. */
  static long cpuNanos(Thread thread) {
    try {
      return BEAN == null ? UNKNOWN : BEAN.getThreadCpuTime(thread.getId());
    } catch (RuntimeException e) {
      return UNKNOWN; // not supported
    }
  }

  static Doing doing(Thread thread) {
    if (BEAN == null) {
      return thread.getState() == Thread.State.RUNNABLE ? Doing.NATIVE : Doing.WAITS;
    }
    ThreadInfo info = BEAN.getThreadInfo(thread.getId());
    if (info == null) {
      return Doing.RUNS;
    }
    switch (info.getThreadState()) {
      case BLOCKED:
        return ownerWorks(info.getLockOwnerId()) ? Doing.CONTENDS : Doing.WAITS;
      case WAITING:
      case TIMED_WAITING:
        boolean contends = info.getLockOwnerId() >= 0 && ownerWorks(info.getLockOwnerId());
        return contends ? Doing.CONTENDS : Doing.WAITS;
      default:
        return info.isInNative() ? Doing.NATIVE : Doing.RUNS;
    }
  }

  /** Whether the owner of a lock is about to let go of it, for all that can be seen. */
  private static boolean ownerWorks(long id) {
    ThreadInfo owner = id < 0 ? null : BEAN.getThreadInfo(id);
    if (owner == null) {
      return true; // it has let go
    }
    Thread.State state = owner.getThreadState();
    return state == Thread.State.BLOCKED || (state == Thread.State.RUNNABLE && !owner.isInNative());
  }
}
