package io.github.grpcuds.server;

import io.github.grpcuds.executor.internal.CallQueue;
import io.github.grpcuds.executor.internal.SafeLog;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;

/**
 * The tasks of calls that an I/O thread runs itself, between two looks at its sockets: for a short
 * one, to wake another thread would take longer than to do it.
 *
 * <p>Who is to know which is short? Each task is timed, and the next ones are expected to take as
 * long as the last ones did; those that take longer go to the executor of the calls. If a task
 * takes very long all the same, {@link EventLoopWatchdog} has another thread go on with the loop:
 * after a millisecond or two if the task waits for something, after ten if it does not seem to.
 * Then no task is run here for a second.
 *
 * <p>The tasks and the expectation belong to the thread that runs the loop, and are handed over
 * with it: by {@link #state}, which tells whether that thread is in a task and in which.
 */
final class InlineCalls {
  private static final SafeLog.Line TASK_FAILED =
      new SafeLog(InlineCalls.class).line(Level.SEVERE, "A task of a call failed");

  /** About what it takes to wake a thread, on either side. */
  private static final long SHORT_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

  /** For how long sockets may wait for tasks that are not that short. */
  private static final long TURN_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

  /** How often a task is run here that is expected to take too long: it may not, by now. */
  private static final int TRIAL = 64;

  /** What a task counts for at most: it may just have had no processor. */
  private static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int LOOKS_IF_WAITING = 2;
  private static final int LOOKS_IF_RUNNING = 10;

  private static final int NO_TASK = 0;

  private final Executor executor;
  private final EventLoopWatchdog monitor;
  private final AtomicInteger state = new AtomicInteger(NO_TASK); // or the number of the task

  // Of the thread that runs the loop.
  private final CallQueue<Runnable> tasks = new CallQueue<>();
  private int number;
  private int skipped;
  private long expectedNanos;
  private long pauseUntil = System.nanoTime();

  // Of the monitor.
  private int seen; // at the last look
  private int looks; // at that task

  /**
   * Tasks for a loop.
   *
   * @param executor runs those that may take long
   */
  InlineCalls(Executor executor, EventLoopWatchdog monitor) {
    this.executor = executor;
    this.monitor = monitor;
  }

  /** Takes a task to run soon. By the loop's thread, and not in a task; false if it should not. */
  boolean offer(Runnable task, Executor others) {
    if (others != executor || System.nanoTime() - pauseUntil < 0 || !monitor.isAlive()) {
      return false;
    }
    if (expectedNanos > TURN_NANOS && ++skipped < TRIAL) {
      return false;
    }
    skipped = 0;
    tasks.add(task);
    return true;
  }

  boolean isEmpty() {
    return tasks.isEmpty();
  }

  /** Runs the tasks. False if the loop belongs to another thread since: leave it alone. */
  boolean run() {
    boolean ours = true;
    long start = tasks.isEmpty() ? 0 : System.nanoTime();
    long now = start;
    for (Runnable task = tasks.poll(); task != null; task = ours ? tasks.poll() : null) {
      if (now != start && !fits(now - start)) {
        ours = handOn(task);
        continue;
      }
      ours = runTask(task);
      if (ours) {
        long end = System.nanoTime();
        expectedNanos += (Math.min(end - now, MOST_NANOS) - expectedNanos) / 8;
        now = end;
      }
    }
    return ours;
  }

  private boolean fits(long usedNanos) {
    return expectedNanos <= SHORT_NANOS || usedNanos + expectedNanos <= TURN_NANOS;
  }

  private boolean handOn(Runnable task) {
    try {
      HandlerTask.execute(task, executor);
      return true;
    } catch (RuntimeException | OutOfMemoryError e) {
      return runTask(task); // the server ends, or there is no thread: better here than not at all
    }
  }

  private boolean runTask(Runnable task) {
    LoopThread thread = LoopThread.current();
    thread.setInTask(true);
    number = (number + 2) | 1; // never that of no task
    int mine = number;
    state.set(mine);
    monitor.wake();
    Throwable failure = null;
    try {
      task.run();
    } catch (Throwable e) { // even one that was thrown sneakily
      failure = e;
    }
    Thread.interrupted(); // was meant for the task
    boolean ours = state.compareAndSet(mine, NO_TASK);
    thread.setInTask(!ours); // before all that may fail as well
    if (failure != null) {
      MemoryReserve.SHARED.letGoFor(failure);
      TASK_FAILED.log(failure);
    }
    return ours;
  }

  /**
   * Looks, at regular times, whether one task keeps the loop's thread.
   *
   * @return the task; 0 if it does not
   */
  int look(Thread thread) {
    int now = state.get();
    looks = now != NO_TASK && now == seen ? looks + 1 : 1;
    seen = now;
    if (now == NO_TASK || thread == null || looks < LOOKS_IF_WAITING) {
      return NO_TASK;
    }
    boolean running = thread.getState() == Thread.State.RUNNABLE;
    return running && looks < LOOKS_IF_RUNNING ? NO_TASK : now;
  }

  /** True if a task has begun since the last look but one. */
  boolean isActive() {
    return seen != NO_TASK || state.get() != NO_TASK;
  }

  /** Takes the loop from the thread that is in a task. False if it is no longer in that. */
  boolean takeOver(int task) {
    if (!state.compareAndSet(task, NO_TASK)) {
      return false;
    }
    pauseUntil = System.nanoTime() + PAUSE_NANOS;
    return true;
  }
}
