package io.github.grpcuds.server;

import io.github.grpcuds.executor.internal.SafeLog;
import io.github.grpcuds.transport.internal.channel.BusyPoll;
import io.github.grpcuds.transport.internal.channel.Poller;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;

/** A thread that watches sockets, calls back whose are ready, and runs tasks between. */
final class EventLoop implements Runnable {
  private static final SafeLog log = new SafeLog(EventLoop.class);
  private static final SafeLog.Line GOES_ON =
      log.line(Level.SEVERE, "An I/O thread goes on after an error");

  /** As much as one read asks for; a batch of input at most. */
  private static final int READ_BYTES = 64 * 1024;

  private static final long ERROR_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** How soon it looks again at what could not be done for want of memory. */
  private static final long SHORTAGE_MILLIS = 20;

  private final Poller poller;
  private final byte[] readBuffer = new byte[READ_BYTES]; // of the loop's thread
  private final InputChunks inputChunks;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final Timers timers = new Timers(); // of the loop's thread
  private final BusyPoll busyPoll; // of the loop's thread
  private final Runnable whenDone;
  private final InlineCalls calls; // null if none are run here
  private final Retries retries = new Retries();
  private volatile boolean closed;
  private volatile Thread thread;
  private MemoryBudget memory; // looked after; set before the loop runs; null if there is none

  /**
   * A loop, to be run by a thread.
   *
   * @param poller closed when the loop ends
   * @param inputChunks for its connections to read large messages into
   * @param busyPollNanos for how long to look for input before sleeping
   * @param whenDone run when the loop has ended
   * @param calls null if calls are run elsewhere
   */
  EventLoop(
      Poller poller,
      InputChunks inputChunks,
      long busyPollNanos,
      Runnable whenDone,
      InlineCalls calls) {
    this.poller = poller;
    this.inputChunks = inputChunks;
    this.busyPoll = new BusyPoll(busyPollNanos);
    this.whenDone = whenDone;
    this.calls = calls;
  }

  /** Has the loop look, often, how a server's memory is doing. */
  void lookAfter(MemoryBudget looked) {
    memory = looked;
  }

  Poller poller() {
    return poller;
  }

  /** For reading into, by callbacks; what is in it is lost at the next. */
  byte[] readBuffer() {
    return readBuffer;
  }

  InputChunks inputChunks() {
    return inputChunks;
  }

  /** Notes what a read has brought; by the loop's thread. */
  void received(int bytes) {
    busyPoll.received(bytes);
  }

  /** False before a thread has taken it up. */
  boolean isRunning() {
    return thread != null;
  }

  /** False in a call as well, for another thread may take the loop in the middle of it. */
  boolean isCurrentThread() {
    if (Thread.currentThread() != thread) {
      return false;
    }
    LoopThread own = LoopThread.current();
    return own == null || !own.isInTask();
  }

  /** Runs a task in the loop, soon; from any thread. Tasks of a loop that has ended never run. */
  void execute(Runnable task) {
    tasks.add(task);
    if (!isCurrentThread()) {
      poller.wakeup();
    }
  }

  /** Runs a task in the loop after a delay; from any thread. */
  void schedule(Runnable task, long delayMillis) {
    long at = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(delayMillis);
    Timers.Timer timer = new Timers.Timer(at, task);
    if (isCurrentThread()) {
      timers.add(timer);
    } else {
      execute(() -> timers.add(timer)); // if memory lacks, the caller is the one to know
    }
  }

  /**
   * Tries something again that could not be done, most likely for want of memory; takes none. From
   * any thread.
   */
  void retry(Retries.Attempt attempt) {
    retries.add(attempt);
    if (!isCurrentThread()) {
      poller.wakeup();
    }
  }

  /** Ends the loop, from any thread. */
  void close() {
    closed = true;
    poller.wakeup();
  }

  /** Gives back what it holds, in the place of running it. */
  void abandon() throws IOException {
    poller.close();
  }

  @Override
  public void run() {
    thread = Thread.currentThread();
    boolean ours = true;
    while (!closed && ours) {
      turn();
      ours = runCalls();
    }
    if (ours) {
      end();
    }
  }

  /** False if the loop belongs to another thread since. */
  private boolean runCalls() {
    try {
      return calls == null || calls.run();
    } catch (Throwable e) {
      survive(e);
      LoopThread own = LoopThread.current();
      return own == null || !own.isInTask();
    }
  }

  private void end() {
    thread = null;
    try {
      poller.close();
    } catch (IOException | RuntimeException | Error e) {
      log.log(Level.FINE, "Closing a poller failed", e);
    } finally {
      whenDone.run();
    }
  }

  /** Takes a task of a call, to run after this turn. By the loop's thread, and not in a call. */
  boolean offer(Runnable task, Executor others) {
    return calls != null && calls.offer(task, others);
  }

  /**
   * Looks, at regular times, whether a call keeps the loop's thread, and has another go on if so.
   *
   * @return whether calls are run here
   */
  boolean look() {
    Thread kept = thread;
    int task = calls.look(kept);
    if (task != 0) {
      Runnable takeOver =
          () -> {
            if (calls.takeOver(task)) {
              run();
            }
          };
      new LoopThread(this, takeOver, kept.getName(), kept.getContextClassLoader()).start();
    }
    return calls.isActive();
  }

  /** What fails is one connection's matter, or passes; the loop goes on for the others. */
  void turn() {
    try {
      retries.run();
      runTasks();
      poll();
      runTimers();
      forgetInterrupt();
      MemoryReserve.SHARED.takeBack();
      if (memory != null) {
        memory.look();
      }
    } catch (Throwable e) {
      survive(e);
    }
  }

  /** Never throws. */
  private void survive(Throwable e) {
    if (!closed) {
      MemoryReserve.SHARED.letGoFor(e);
      GOES_ON.log(e);
      LockSupport.parkNanos(ERROR_PAUSE_NANOS); // if it comes again at once, not at full speed
    }
  }

  private void poll() throws IOException {
    if (timeout() == 0) {
      poller.poll(0);
    } else if (!busyPoll.begin() || !pollBusily()) {
      poller.poll(timeout()); // anew: a wake-up while it looked has not ended this wait
      busyPoll.slept();
    }
  }

  private boolean pollBusily() throws IOException {
    do {
      if (poller.poll(0) > 0 || timeout() == 0 || closed) {
        busyPoll.found();
        return true;
      }
    } while (busyPoll.goesOn());
    return false;
  }

  /** Those there are now: what they add waits until sockets have had their turn. */
  private void runTasks() {
    for (int left = tasks.size(); left > 0; left--) {
      Runnable task = tasks.poll();
      if (task != null) {
        task.run();
      }
    }
  }

  /** A handler's own, in a direct executor, is none of the next handler's business. */
  private static void forgetInterrupt() {
    if (Thread.interrupted()) {
      log.log(Level.FINE, "An I/O thread passes over an interrupt", null);
    }
  }

  private long timeout() {
    if (!tasks.isEmpty() || (calls != null && !calls.isEmpty())) {
      return 0;
    }
    boolean shortage =
        !retries.isEmpty()
            || !MemoryReserve.SHARED.isHeld()
            || (memory != null && memory.isWatched());
    if (timers.isEmpty()) {
      return shortage ? SHORTAGE_MILLIS : -1;
    }
    long nanos = timers.nextNanos() - System.nanoTime();
    long millis = nanos <= 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(nanos) + 1;
    return shortage ? Math.min(millis, SHORTAGE_MILLIS) : millis;
  }

  private void runTimers() {
    while (!timers.isEmpty() && timers.nextNanos() - System.nanoTime() <= 0) {
      timers.poll().run();
    }
  }
}
