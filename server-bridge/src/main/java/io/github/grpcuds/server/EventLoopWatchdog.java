package io.github.grpcuds.server;

import io.github.grpcuds.executor.internal.SafeLog;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;

/**
 * Looks every millisecond, while calls run in I/O threads, whether one of them keeps its loop.
 *
 * <p>Where no thread can be had to take the loop, it looks less and less often: an attempt to start
 * one takes long, and makes the shortage worse for all of the process.
 */
final class EventLoopWatchdog implements Runnable {
  private static final SafeLog.Line CANNOT_REPLACE =
      new SafeLog(EventLoopWatchdog.class)
          .line(Level.WARNING, "An I/O thread that is kept by a call cannot be replaced");

  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(256);

  private static final int QUIET_LOOKS = 100; // then it rests until it is woken

  /** Looks at one loop. */
  interface Look {
    boolean runsCalls();
  }

  private final List<Look> looks = new ArrayList<>(); // complete before the start
  private volatile Thread thread;
  private volatile boolean resting;
  private volatile boolean stopped;

  // Of the thread.
  private long pauseNanos = INTERVAL_NANOS; // until the next look
  private boolean failed; // the last look

  /** Adds what looks at one loop: {@link EventLoop#look}. */
  void add(Look look) {
    looks.add(look);
  }

  void start(String name) {
    Thread started = new Thread(this, name);
    started.setDaemon(true);
    started.setContextClassLoader(null); // runs nothing of the application's
    started.start();
    thread = started;
  }

  /** False if nobody would notice a task that does not end. */
  boolean isAlive() {
    Thread running = thread;
    return running != null && running.isAlive() && !stopped;
  }

  /** A task begins. */
  void wake() {
    if (resting) {
      resting = false;
      LockSupport.unpark(thread);
    }
  }

  void stop() {
    stopped = true;
    LockSupport.unpark(thread);
  }

  @Override
  public void run() {
    int quiet = 0;
    while (!stopped) {
      LockSupport.parkNanos(this, pauseNanos);
      quiet = look() ? 0 : quiet + 1;
      if (quiet > QUIET_LOOKS) {
        rest();
        quiet = 0;
      }
    }
  }

  /** Looks at all loops; true if one of them runs calls. */
  boolean look() {
    boolean active = false;
    Throwable failure = null;
    for (int i = 0; i < looks.size(); i++) { // an iterator would take memory
      try {
        active |= looks.get(i).runsCalls();
      } catch (Throwable e) { // no thread or memory to be had: the task may end before
        active = true;
        failure = e;
      }
    }
    pauseNanos = failure == null ? INTERVAL_NANOS : Math.min(2 * pauseNanos, MOST_NANOS);
    if (failure != null && !failed) {
      CANNOT_REPLACE.log(failure);
    }
    failed = failure != null;
    return active;
  }

  /** How long it waits until it looks again. */
  long pauseNanos() {
    return pauseNanos;
  }

  private void rest() {
    resting = true;
    if (!stopped && !look()) { // a task that began before the rest is seen, a later one wakes
      LockSupport.park(this);
    }
    resting = false;
  }
}
