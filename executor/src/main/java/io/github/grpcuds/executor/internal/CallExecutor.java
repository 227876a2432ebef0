package io.github.grpcuds.executor.internal;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;

/**
 * Runs the calls of a server, or the callbacks of channels, whose user has set no executor.
 *
 * <p>gRPC's own default starts a thread for each task that finds none idle. That is right for tasks
 * that block, and wrong for short ones, of which a flood makes as many threads as it can: each has
 * to be woken, holds a message and stays for a minute. A pool of fixed size stands still when its
 * handlers wait for each other. This one learns which tasks block, by their kind ({@link
 * TaskProfile}). Those have a thread each, in any number. The others share as many threads as there
 * are processors, and wait for one in a queue.
 *
 * <p>Threads for tasks that block are woken a few at a time: while as many as there are processors
 * have been woken and have not begun, the next task waits in the queue, and each that begins wakes
 * the next. Where tasks do block this is as fast as waking all of them. Where they compute after
 * all, or the machine has no processor to give, it keeps a flood of tasks from becoming a flood of
 * threads that take the processors from everybody else.
 *
 * <p>What blocks unexpectedly is noticed while others wait: a monitor looks at the threads every 10
 * ms, and lets one more run for each that seems blocked or has been at one task for long ({@link
 * BlockedThreadDetector}). The tasks of its kind that wait get threads then.
 *
 * <p>Threads end after a second without work, all of them: an executor at rest holds nothing. Tasks
 * start in the order in which they came, mostly. No task is run, and nothing of the system called,
 * under the lock. Where no thread can be started, tasks wait for those that live, and the next
 * attempt waits a while.
 *
 * <p>Internal to grpc-uds: may change in any version.
 */
public final class CallExecutor implements Executor {
  private static final SafeLog log = new SafeLog(CallExecutor.class);
  static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int QUIET_CHECKS = 100; // a second, then the monitor ends
  private static final int PROFILES = 256; // a power of two
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long MOST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Starts threads. */
  interface ThreadStarter {
    void start(Thread thread);
  }

  private final String name;
  private final int core;
  private final long idleNanos; // until a thread ends
  private final ThreadStarter starter;
  private final ClassLoader loader; // of the threads' context
  private final TaskProfile anyKind = new TaskProfile();
  private volatile TaskProfile[] profiles; // null before the first kind

  // Guarded by lock, and written under it if volatile.
  private final Object lock = new Object();
  private final CallQueue<ProfiledTask> queue = new CallQueue<>();
  private final IdleThreads idle = new IdleThreads();
  private final Set<CallThread> threads = new HashSet<>(); // also those to be started
  private int live; // threads that have started
  private int active; // threads that share: they have a task, or are started to take one
  private int waking; // threads woken or started for tasks that block, which have not begun
  private int limit; // of active, for what begins
  private int quietChecks;
  private volatile boolean monitored;

  // After a thread that could not be started; written by whoever tried, without a lock.
  private volatile Throwable startFailure; // of the last attempt; null if it went well
  private volatile long pauseNanos; // until the next
  private volatile long pauseStart;

  private volatile boolean measures; // whether runs may be asked how long they waited

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
  private static final class Starter implements ThreadStarter {
    @Override
    public void start(Thread thread) {
      thread.start();
    }
  }

  /**
   * An executor with unusual threads, for tests.
   *
   * @param core how many threads run while none is blocked
   */
  CallExecutor(String name, ClassLoader loader, int core, long idleNanos, ThreadStarter starter) {
    this.name = name;
    this.loader = loader;
    this.core = core;
    this.idleNanos = idleNanos;
    this.starter = starter;
    this.limit = core;
  }

  /**
   * Takes a lock of this library, which nobody holds while blocked. To wait for it is not a task's
   * blocking: more threads would make it longer.
   */
  public static void lock(Lock lock) {
    if (lock.tryLock()) {
      return;
    }
    Thread current = Thread.currentThread();
    if (current instanceof CallThread) {
      ((CallThread) current).waitFor(lock);
    } else {
      lock.lock();
    }
  }

  /** Whether tasks of that kind block, as far as is known. */
  public boolean blocks(Runnable task) {
    return profile(task).blocks();
  }

  /** What is known of the tasks of a kind. */
  private TaskProfile profile(Runnable task) {
    String kind = task instanceof CallTask ? ((CallTask) task).kind() : null;
    if (kind == null) {
      return anyKind;
    }
    TaskProfile[] all = profiles;
    if (all == null) {
      all = newProfiles();
    }
    int hash = kind.hashCode();
    return all[(hash ^ hash >>> 16) & (PROFILES - 1)];
  }

  private TaskProfile[] newProfiles() {
    TaskProfile[] made = new TaskProfile[PROFILES];
    for (int i = 0; i < PROFILES; i++) {
      made[i] = new TaskProfile();
    }
    synchronized (lock) {
      if (profiles == null) {
        profiles = made;
      }
      return profiles;
    }
  }

  /**
   * Has a task run soon; it is of a kind if it is a {@link CallTask}.
   *
   * @throws RejectedExecutionException if there is no thread and none can be started
   */
  @Override
  public void execute(Runnable task) {
    ProfiledTask added = new ProfiledTask(Objects.requireNonNull(task, "task"), profile(task));
    boolean shares = !added.profile.blocks();
    CallThread thread = null;
    boolean queued = false;
    synchronized (lock) {
      if (shares ? active < limit : waking < core) {
        thread = activate(added, shares);
      } else {
        queue.add(added);
        queued = true;
      }
    }
    if (queued) {
      monitor();
    } else if (thread != null) {
      LockSupport.unpark(thread);
    } else {
      startWith(added, shares);
    }
  }

  /** Gives a task to an idle thread, to be woken; null if one has to be started. */
  private CallThread activate(ProfiledTask task, boolean shares) {
    CallThread thread = idle.pop();
    if (shares) {
      active++;
    } else {
      waking++;
    }
    if (thread != null) {
      thread.wakeFor(task, shares);
    }
    return thread;
  }

  private void startWith(ProfiledTask task, boolean shares) {
    Throwable failure = start(task, shares);
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
        thread.wakeFor(task, true);
      }
    }
    LockSupport.unpark(thread);
    monitor();
  }

  /**
   * Starts a thread, which counts already: as active if it shares, or else as waking. Null, or why
   * it could not be started.
   */
  private Throwable start(ProfiledTask first, boolean shares) {
    Throwable failure = startsPause() ? startFailure : null;
    CallThread thread = null;
    if (failure == null) {
      try {
        thread = new CallThread(this, name, loader);
        thread.wakeFor(first, shares);
        synchronized (lock) {
          threads.add(thread);
        }
        starter.start(thread);
        startFailure = null;
        pauseNanos = 0;
        return null;
      } catch (RuntimeException | Error e) { // "unable to create native thread", for one
        failure = e;
      }
    }
    synchronized (lock) {
      if (shares) {
        active--;
      } else {
        waking--;
      }
      threads.remove(thread);
    }
    failed(failure);
    return failure;
  }

  /** An attempt that fails takes long, and makes the shortage worse for all of the process. */
  private boolean startsPause() {
    return pauseNanos > 0 && System.nanoTime() - pauseStart < pauseNanos && threads() > 0;
  }

  private void failed(Throwable failure) {
    Throwable last = startFailure;
    if (failure == last) {
      return; // of the attempt before
    }
    pauseStart = System.nanoTime();
    pauseNanos = Math.max(FIRST_PAUSE_NANOS, Math.min(2 * pauseNanos, MOST_PAUSE_NANOS));
    startFailure = failure;
    if (last == null) {
      log.log(Level.WARNING, "No thread can be started for calls, they wait", failure);
    }
  }

  /** Sees to it that somebody looks after the tasks that wait. */
  private void monitor() {
    if (monitored || startsPause()) {
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
      starter.start(new CallMonitor(this, name));
    } catch (RuntimeException | Error e) {
      monitored = false; // until the next task that has to wait
      failed(e);
    }
  }

  /** A thread runs. */
  void begun(CallThread thread) {
    synchronized (lock) {
      live++;
      if (!thread.hasTask()) {
        release(thread);
        takeNext(thread);
      }
    }
  }

  /** Gives a thread another task, perhaps after a while. False if it is to end. */
  boolean next(CallThread thread) {
    synchronized (lock) {
      release(thread);
      if (active < limit || nextBlocks()) {
        takeNext(thread);
        if (thread.hasTask()) {
          return true;
        }
      }
      idle.push(thread);
    }
    return thread.awaitTask(idleNanos) || !retire(thread);
  }

  /** A thread counts no more, neither as active nor as waking. Under the lock. */
  private void release(CallThread thread) {
    if (thread.shares()) {
      active--;
      thread.take(null, false);
    } else if (thread.isWaking()) {
      waking--;
      thread.awake();
    }
  }

  /** The next in the queue, if there is one, for a thread that runs. Under the lock. */
  private void takeNext(CallThread thread) {
    ProfiledTask task = queue.poll();
    boolean shares = task != null && !task.profile.blocks();
    if (shares) {
      active++;
    }
    thread.take(task, shares);
  }

  /** Whether the next in the queue is of a kind that blocks. Under the lock. */
  private boolean nextBlocks() {
    ProfiledTask next = queue.peek();
    return next != null && next.profile.blocks();
  }

  /** Whether the next in the queue may have one more thread. Under the lock. */
  private boolean mayWake() {
    return !queue.isEmpty() && (nextBlocks() ? waking < core : active < limit);
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

  /** A thread begins a task of a kind that blocks: the next one may run beside it. */
  void begins(CallThread thread) {
    boolean more;
    synchronized (lock) {
      release(thread);
      more = mayWake();
    }
    if (more) {
      activateNext();
    }
  }

  /**
   * Lets more threads run in place of those that seem blocked, if tasks wait. For the monitor.
   *
   * @return false if it is to end, for no tasks have waited for a while
   */
  boolean check() {
    measures = measures || ThreadFacts.areKnown(); // loaded here, where nobody waits for it
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
      if (!thread.shares()) {
        continue;
      }
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
    boolean shares;
    synchronized (lock) {
      shares = !nextBlocks();
      if (shares ? queue.isEmpty() : waking >= core) {
        return false;
      }
      thread = activate(queue.peek(), shares);
      if (thread != null) {
        queue.poll();
      }
    }
    if (thread == null) {
      return start(null, shares) == null; // it takes a task itself: none is lost if it cannot start
    }
    LockSupport.unpark(thread);
    return true;
  }

  /** Whether runs may be asked how long they waited: it is known by now how to tell. */
  boolean measures() {
    return measures;
  }

  /** How many threads there are for tasks. */
  int threads() {
    synchronized (lock) {
      return live;
    }
  }
}
