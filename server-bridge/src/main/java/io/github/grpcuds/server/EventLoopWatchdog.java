package io.github.grpcuds.server;

import io.github.grpcuds.executor.internal.SafeLog;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;

/** Looks every millisecond, while calls run in I/O threads, whether one of them keeps its loop. */
final class EventLoopWatchdog implements Runnable {
  private static final SafeLog log = new SafeLog(EventLoopWatchdog.class);

  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final int QUIET_LOOKS = 100; // then it rests until it is woken

  private final List<EventLoop> loops = new ArrayList<>(); // complete before the start
  private volatile Thread thread;
  private volatile boolean resting;
  private volatile boolean stopped;
  private boolean failed; // the last time; of the thread

  void add(EventLoop loop) {
    loops.add(loop);
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
    return thread != null && !stopped;
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
      LockSupport.parkNanos(this, INTERVAL_NANOS);
      quiet = look() ? 0 : quiet + 1;
      if (quiet > QUIET_LOOKS) {
        rest();
        quiet = 0;
      }
    }
  }

  private boolean look() {
    boolean active = false;
    for (EventLoop loop : loops) {
      try {
        active |= loop.look();
        failed = false;
      } catch (RuntimeException | Error e) { // no thread to be had: the task may end before
        active = true;
        tellOnce(e);
      }
    }
    return active;
  }

  private void tellOnce(Throwable failure) {
    if (!failed) {
      failed = true;
      log.log(Level.WARNING, "An I/O thread that is kept by a call cannot be replaced", failure);
    }
  }

  private void rest() {
    resting = true;
    if (!stopped && !look()) { // a task that began before the rest is seen, a later one wakes
      LockSupport.park(this);
    }
    resting = false;
  }
}
