package io.github.grpcuds.executor.internal;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;

/** A thread of a {@link CallExecutor}: runs tasks until there have been none for a while. */
final class CallThread extends Thread {
  private static final SafeLog log = new SafeLog(CallThread.class);
  private static final AtomicInteger number = new AtomicInteger();

  private final CallExecutor executor;

  // Guarded by the executor.
  CallThread above;
  CallThread below;

  private volatile Runnable task; // that is to be run
  private volatile int phase; // another number for each task that runs, and 0 between tasks
  private int tasks;

  private final BlockedThreadDetector look = new BlockedThreadDetector(); // of the monitor

  /** With what it runs first; null if that is to be taken from the queue. */
  CallThread(CallExecutor executor, String name, Runnable first, ClassLoader loader) {
    super(name + "-" + number.incrementAndGet());
    this.executor = executor;
    this.task = first;
    setDaemon(true);
    setContextClassLoader(loader);
  }

  /** Sets what is to be run next. */
  void take(Runnable next) {
    task = next;
  }

  boolean hasTask() {
    return task != null;
  }

  @Override
  public void run() {
    executor.begun(this);
    while (hasTask() || executor.next(this)) {
      runTask();
    }
  }

  private void runTask() {
    Runnable next = task;
    task = null; // so that an idle thread holds on to no call
    interrupted(); // was meant for the task before
    phase = tasks = (tasks + 1) | 1;
    try {
      next.run();
    } catch (Throwable e) { // even one that was thrown sneakily
      log.log(Level.SEVERE, "A task of a call failed", e);
    }
    phase = 0;
  }

  /** Waits for a task. False if none came in time. */
  boolean awaitTask(long nanos) {
    long deadline = System.nanoTime() + nanos;
    while (task == null) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      LockSupport.parkNanos(this, left);
      interrupted(); // or it would not park again
    }
    return true;
  }

  /** Looks, at regular times, whether this thread seems blocked in its task. */
  boolean looksBlocked() {
    return look.isBlocked(this, phase);
  }

  /** Whether it has been at one task for long, as of the last look. */
  boolean isAtLongTask() {
    return look.isAtLongTask();
  }
}
