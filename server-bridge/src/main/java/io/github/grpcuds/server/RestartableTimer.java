package io.github.grpcuds.server;

import io.github.grpcuds.executor.internal.SafeLog;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;

/** At most one task that waits for its time. */
final class RestartableTimer {
  private static final SafeLog.Line ALARM_FAILED =
      new SafeLog(RestartableTimer.class).line(Level.SEVERE, "An alarm of a connection failed");

  private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final ScheduledExecutorService scheduler;
  private ScheduledFuture<?> waiting;
  private Runnable task; // null if none waits
  private int number; // of the task
  private boolean stopped;

  RestartableTimer(ScheduledExecutorService scheduler) {
    this.scheduler = scheduler;
  }

  /** Sets a task in the place of the one that waits, if any. Nothing happens once stopped. */
  synchronized void set(Runnable newTask, long nanos) {
    if (stopped) {
      return;
    }
    cancel();
    task = newTask;
    int mine = ++number;
    try {
      // Many schedulers keep what is cancelled until its time comes: that is not to be the task.
      waiting = scheduler.schedule(() -> run(mine), nanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      stop(); // its owner has shut the scheduler down: there is no time any more
    }
  }

  private void run(int which) {
    Runnable due = take(which);
    if (due == null) {
      return;
    }
    try {
      due.run();
    } catch (RuntimeException | Error e) {
      MemoryReserve.SHARED.letGoFor(e);
      setAgain(which, due);
      ALARM_FAILED.log(e);
    }
  }

  /** The alarm of a connection that nobody looks after would never come. */
  private synchronized void setAgain(int which, Runnable failed) {
    if (which == number) { // it has not been set anew
      try {
        set(failed, AGAIN_NANOS);
      } catch (RuntimeException | Error e) {
        ALARM_FAILED.log(e);
      }
    }
  }

  /** Null if it was cancelled, or another one set, at the last moment. */
  private synchronized Runnable take(int which) {
    if (which != number) {
      return null;
    }
    Runnable taken = task;
    task = null;
    waiting = null;
    return taken;
  }

  /** For good; a task that runs already goes on. */
  synchronized void stop() {
    stopped = true;
    cancel();
  }

  private void cancel() {
    task = null;
    if (waiting != null) {
      waiting.cancel(false);
      waiting = null;
    }
  }
}
