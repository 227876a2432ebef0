package io.github.grpcuds.executor.internal;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.logging.Level;

/**
 * Runs the calls of a server, or the callbacks of channels, whose user has set no executor.
 *
 * <p>gRPC's own default starts a thread for each task that finds none idle, so a flood of short
 * calls makes as many threads as it can; each holds a message and stays for a minute. A pool of
 * fixed size stands still when its handlers wait for each other. This one has a few threads for
 * work, and more in place of those that are blocked: while tasks wait, a monitor looks at the
 * threads every 10 ms and lets one more run for each that seems blocked or has been at one task for
 * long ({@link BlockedThreadDetector}). So many calls alone add no thread, and handlers may block
 * in any number.
 *
 * <p>Where all that run are blocked, more than one start for each, as the next tasks will probably
 * block as well: the number about doubles every other check, and 1,000 such tasks run together
 * after a few tenths of a second. What turns out to be too many rests after its task.
 *
 * <p>Threads end after a second without work, all of them: an executor at rest holds nothing. Tasks
 * start in the order in which they came, mostly. No task is run, and nothing of the system called,
 * under the lock.
 *
 * <p>Internal to grpc-uds: may change in any version.
 */
public final class CallExecutor implements Executor {
  private static final SafeLog log = new SafeLog(CallExecutor.class);
  static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int QUIET_CHECKS = 100; // a second, then the monitor ends

  private final String name;
  private final int core;
  private final long idleNanos; // until a thread ends
  private final Consumer<Thread> starter;
  private final ClassLoader loader; // of the threads' context

  // Guarded by lock, and written under it if volatile.
  private final Object lock = new Object();
  private final CallQueue queue = new CallQueue();
  private final IdleThreads idle = new IdleThreads();
  private final Set<CallThread> threads = new HashSet<>(); // also those to be started
  private int live; // threads that have started
  private int active; // threads that have a task, or are started to take one
  private int limit; // of active, for what begins
  private int quietChecks;
  private volatile boolean monitored;

  private volatile boolean startFailed; // the last time

  /**
   * An executor without threads yet.
   *
   * @param name of the threads, followed by a number
   * @param loader the threads' context class loader
   */
  public CallExecutor(String name, ClassLoader loader) {
    this(
        name,
        loader,
        Math.max(4, Runtime.getRuntime().availableProcessors()),
        IDLE_NANOS,
        new Starter());
  }

  /** No lambda, for a first call makes an executor: the JVM makes each in half a millisecond. */
  private static final class Starter implements Consumer<Thread> {
    @Override
    public void accept(Thread thread) {
      thread.start();
    }
  }

  /**
   * An executor with unusual threads, for tests.
   *
   * @param core how many threads run while none is blocked
   */
  CallExecutor(
      String name, ClassLoader loader, int core, long idleNanos, Consumer<Thread> starter) {
    this.name = name;
    this.loader = loader;
    this.core = core;
    this.idleNanos = idleNanos;
    this.starter = starter;
    this.limit = core;
  }

  /**
   * Has a task run soon.
   *
   * @throws RejectedExecutionException if there is no thread and none can be started
   */
  @Override
  public void execute(Runnable task) {
    Objects.requireNonNull(task, "task");
    CallThread thread = null;
    boolean queued = false;
    synchronized (lock) {
      if (active < limit) {
        thread = activate(task);
      } else {
        queue.add(task);
        queued = true;
      }
    }
    if (queued) {
      monitor();
    } else if (thread != null) {
      LockSupport.unpark(thread);
    } else {
      startWith(task);
    }
  }

  /** Gives a task to an idle thread, to be woken; null if one has to be started. */
  private CallThread activate(Runnable task) {
    active++;
    CallThread thread = idle.pop();
    if (thread != null) {
      thread.take(task);
    }
    return thread;
  }

  private void startWith(Runnable task) {
    Throwable failure = start(task);
    if (failure == null) {
      return;
    }
    CallThread thread;
    synchronized (lock) {
      if (live == 0 && !monitored) {
        throw new RejectedExecutionException(
            "There is no thread for calls, and none can be started", failure);
      }
      thread = idle.pop(); // may have become so since
      if (thread == null) {
        queue.add(task);
      } else {
        active++;
        thread.take(task);
      }
    }
    LockSupport.unpark(thread);
    monitor();
  }

  /** Starts a thread that counts as active already. Null, or why it could not be started. */
  private Throwable start(Runnable first) {
    CallThread thread = null;
    try {
      thread = new CallThread(this, name, first, loader);
      synchronized (lock) {
        threads.add(thread);
      }
      starter.accept(thread);
      startFailed = false;
      return null;
    } catch (RuntimeException | Error e) { // "unable to create native thread", for one
      synchronized (lock) {
        active--;
        threads.remove(thread);
      }
      tellOnce(e);
      return e;
    }
  }

  private void tellOnce(Throwable failure) {
    if (!startFailed) {
      startFailed = true;
      log.log(Level.WARNING, "No thread can be started for calls, they wait", failure);
    }
  }

  /** Sees to it that somebody looks after the tasks that wait. */
  private void monitor() {
    if (monitored) {
      return;
    }
    synchronized (lock) {
      if (monitored || queue.isEmpty()) {
        return;
      }
      monitored = true;
      quietChecks = 0;
    }
    try {
      starter.accept(new CallMonitor(this, name));
    } catch (RuntimeException | Error e) {
      monitored = false; // until the next task that has to wait
      tellOnce(e);
    }
  }

  /** A thread runs. */
  void begun(CallThread thread) {
    synchronized (lock) {
      live++;
      if (!thread.hasTask()) {
        thread.take(queue.poll());
      }
    }
  }

  /** Gives a thread another task, perhaps after a while. False if it is to end. */
  boolean next(CallThread thread) {
    synchronized (lock) {
      Runnable task = active <= limit ? queue.poll() : null;
      if (task != null) {
        thread.take(task);
        return true;
      }
      active--;
      idle.push(thread);
    }
    return thread.awaitTask(idleNanos) || !retire(thread);
  }

  private boolean retire(CallThread thread) {
    synchronized (lock) {
      if (thread.hasTask()) {
        return false; // came in the last moment
      }
      idle.remove(thread);
      threads.remove(thread);
      live--;
      limit = Math.min(limit, core + live); // so that a burst later starts few
      return true;
    }
  }

  /**
   * Lets more threads run in place of those that seem blocked, if tasks wait. For the monitor.
   *
   * @return false if it is to end, for no tasks have waited for a while
   */
  boolean check() {
    List<CallThread> seen;
    synchronized (lock) {
      quietChecks = queue.isEmpty() ? quietChecks + 1 : 0;
      if (quietChecks > QUIET_CHECKS) {
        monitored = false;
        return false;
      }
      if (queue.isEmpty() && active < limit) {
        return true;
      }
      seen = new ArrayList<>(threads);
    }
    int blocked = 0;
    int occupied = 0;
    for (CallThread thread : seen) {
      if (thread.looksBlocked()) {
        blocked++;
      } else if (thread.isAtLongTask()) {
        occupied++;
      }
    }
    replace(blocked, occupied);
    return true;
  }

  private void replace(int blocked, int occupied) {
    int more;
    synchronized (lock) {
      if (queue.isEmpty()) {
        return; // the limit stays for the next tasks: probably such as were here
      }
      limit = core + blocked + occupied;
      int missing = limit - active;
      more = missing + missing * blocked / core;
    }
    while (more > 0 && activateNext()) {
      more--;
    }
  }

  /** Has the next task run whatever the limit is. False if there is none, or no thread. */
  private boolean activateNext() {
    CallThread thread;
    synchronized (lock) {
      if (queue.isEmpty()) {
        return false;
      }
      active++;
      thread = idle.pop();
      if (thread != null) {
        thread.take(queue.poll());
      }
    }
    if (thread == null) {
      return start(null) == null; // it takes a task itself: none is lost if it cannot start
    }
    LockSupport.unpark(thread);
    return true;
  }

  /** How many threads there are for tasks. */
  int threads() {
    synchronized (lock) {
      return live;
    }
  }
}
