package io.github.grpcuds.executor.internal;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;

/** A thread of a {@link CallExecutor}: runs tasks until there have been none for a while. */
@SuppressWarnings("ThreadPriorityCheck") // whether it yields does not matter
final class CallThread extends Thread {
  private static final SafeLog log = new SafeLog(CallThread.class);
  private static final String FAILED = "A task of a call failed"; // loaded before memory lacks
  private static final AtomicInteger number = new AtomicInteger();

  private final CallExecutor executor;

  // Guarded by the executor.
  CallThread above;
  CallThread below;
  private boolean waking;

  private volatile ProfiledTask task; // that is to be run
  private volatile boolean shares; // written by who holds the executor's lock, or the thread
  private volatile TaskProfile running; // kind of the task that runs
  private volatile int phase; // another number for each task that runs, and 0 between tasks

  private volatile boolean waitsForLock; // of this library

  // Of the thread alone.
  private boolean begun;
  private int tasks;
  private long collections; // at the start of a sample
  private long busy; // the same
  private long lockNanos; // waited for this library's locks, so far; of this thread

  private final BlockedThreadDetector look = new BlockedThreadDetector(); // of the monitor

  CallThread(CallExecutor executor, String name, ClassLoader loader) {
    super(name + "-" + number.incrementAndGet());
    this.executor = executor;
    setDaemon(true);
    setContextClassLoader(loader);
  }

  /**
   * Sets what is to be run next.
   *
   * @param next null if it is to be taken from the queue, or there is none
   * @param shares whether the thread counts among those that are limited in number
   */
  void take(ProfiledTask next, boolean shares) {
    this.shares = shares;
    task = next;
  }

  boolean hasTask() {
    return task != null;
  }

  boolean shares() {
    return shares;
  }

  /** As {@link #take}, for a thread that has to be woken or started first. */
  void wakeFor(ProfiledTask next, boolean shares) {
    waking = !shares;
    take(next, shares);
  }

  /** Whether it has been woken for a task that blocks, and has not begun. */
  boolean isWaking() {
    return waking;
  }

  void awake() {
    waking = false;
  }

  @Override
  public void run() {
    boolean goesOn = true;
    while (goesOn) {
      try {
        goesOn = step();
      } catch (Throwable e) { // even out of memory in what deals with one: the thread is counted on
        Thread.yield();
      }
    }
  }

  private boolean step() {
    if (!begun) {
      begun = true;
      executor.begun(this);
    }
    if (hasTask()) {
      runTask();
      return true;
    }
    return executor.next(this);
  }

  private void runTask() {
    ProfiledTask next = task;
    task = null; // so that an idle thread holds on to no call
    interrupted(); // was meant for the task before
    TaskProfile profile = next.profile;
    running = profile;
    phase = tasks = (tasks + 1) | 1;
    try {
      wakeOthers();
      run(next, profile);
    } finally {
      phase = 0;
    }
  }

  private void wakeOthers() {
    try {
      if (!shares) {
        executor.begins(this);
      }
    } catch (Throwable e) { // out of memory, say: the monitor wakes them
      Thread.yield();
    }
  }

  private boolean beginsSample(TaskProfile profile) {
    try {
      if (executor.measures() && profile.isDue()) {
        collections = ThreadFacts.collections();
        busy = ThreadFacts.ownBusyNanos() + lockNanos;
        return true;
      }
    } catch (Throwable e) { // out of memory, say: the task is to run all the same
      Thread.yield();
    }
    return false;
  }

  private void run(ProfiledTask next, TaskProfile profile) {
    boolean measured = beginsSample(profile);
    long start = System.nanoTime();
    try {
      next.body.run();
    } catch (Throwable e) { // even one that was thrown sneakily
      log.log(Level.SEVERE, FAILED, e);
    } finally {
      long took = System.nanoTime() - start;
      profile.ran(took);
      if (measured && ThreadFacts.collections() == collections) {
        profile.waited(took - (ThreadFacts.ownBusyNanos() + lockNanos - busy));
      }
    }
  }

  /** Takes a lock of this library, by this thread: while it waits, its task does not block. */
  void waitFor(Lock lock) {
    long start = System.nanoTime();
    waitsForLock = true;
    try {
      lock.lock();
    } finally {
      waitsForLock = false;
      lockNanos += System.nanoTime() - start;
    }
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
    TaskProfile profile = running;
    boolean blocked = look.isBlocked(this, phase) && !waitsForLock;
    if (blocked) {
      profile.seenBlocked();
    }
    return blocked;
  }

  /** Whether it has been at one task for long, as of the last look. */
  boolean isAtLongTask() {
    return look.isAtLongTask();
  }
}
