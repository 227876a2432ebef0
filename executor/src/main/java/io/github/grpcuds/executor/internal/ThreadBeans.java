package io.github.grpcuds.executor.internal;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Collections;
import java.util.List;

/** What java.lang.management tells of threads, where there is that. */
final class ThreadBeans {
  private final ThreadMXBean bean = ManagementFactory.getThreadMXBean();
  private final List<GarbageCollectorMXBean> collectors = collectors();

  private static List<GarbageCollectorMXBean> collectors() {
    try {
      return ManagementFactory.getGarbageCollectorMXBeans();
    } catch (RuntimeException | LinkageError e) {
      return Collections.emptyList();
    }
  }

  long collections() {
    long count = 0;
    for (int i = 0; i < collectors.size(); i++) {
      count += collectors.get(i).getCollectionCount();
    }
    return count;
  }

  boolean tellCpuTime() {
    return bean.isCurrentThreadCpuTimeSupported() && bean.isThreadCpuTimeEnabled();
  }

  long ownCpuNanos() {
    return bean.getCurrentThreadCpuTime();
  }

  long cpuNanos(Thread thread) {
    try {
      return bean.getThreadCpuTime(thread.getId());
    } catch (RuntimeException e) {
      return ThreadFacts.UNKNOWN; // not supported
    }
  }

  ThreadFacts.Doing doing(Thread thread) {
    ThreadInfo info = bean.getThreadInfo(thread.getId());
    if (info == null) {
      return ThreadFacts.Doing.RUNS;
    }
    switch (info.getThreadState()) {
      case BLOCKED:
        return ownerWorks(info.getLockOwnerId())
            ? ThreadFacts.Doing.CONTENDS
            : ThreadFacts.Doing.WAITS;
      case WAITING:
      case TIMED_WAITING:
        boolean contends = info.getLockOwnerId() >= 0 && ownerWorks(info.getLockOwnerId());
        return contends ? ThreadFacts.Doing.CONTENDS : ThreadFacts.Doing.WAITS;
      default:
        return info.isInNative() ? ThreadFacts.Doing.NATIVE : ThreadFacts.Doing.RUNS;
    }
  }

  /** Whether the owner of a lock is about to let go of it, for all that can be seen. */
  private boolean ownerWorks(long id) {
    ThreadInfo owner = id < 0 ? null : bean.getThreadInfo(id);
    if (owner == null) {
      return true; // it has let go
    }
    Thread.State state = owner.getThreadState();
    return state == Thread.State.BLOCKED || (state == Thread.State.RUNNABLE && !owner.isInNative());
  }
}
