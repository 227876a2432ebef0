package io.github.grpcuds.server;

import io.github.grpcuds.executor.internal.CallExecutor;
import io.github.grpcuds.http2.internal.Http2Connection;
import io.github.grpcuds.http2.internal.Http2Limits;
import io.github.grpcuds.http2.internal.Http2Listener;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One connection: its HTTP/2, the lock that guards it, and what is to be done when that is given
 * back.
 *
 * <p>A {@link ConnectionReader} reads, a {@link ConnectionWriter} writes, a {@link ConnectionClose}
 * ends it. While the lock is held, no system call is made and nothing of gRPC runs.
 */
final class ServerConnection {
  /** The reason of a connection that the client has closed. */
  static final String CLIENT_CLOSED = "the client closed the connection";

  /** How long it waits before it tries again to take the lock, for which memory lacked. */
  private static final long SHORTAGE_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

  private final UdsChannel channel;
  private final EventLoop loop;
  private final boolean tasksInLoop;
  private final ReentrantLock lock;
  private final Http2Connection http2; // guarded by lock
  private final ConnectionReader reader;
  private final ConnectionWriter writer;
  private final ConnectionClose close;
  private final ConnectionMemory memory;

  private final SerialQueue.Queue due = new SerialQueue.Queue(); // guarded by lock
  private boolean watchesInput = true; // changed by the loop's thread; guarded by lock
  private boolean watchesOutput; // as watchesInput
  private final Runnable watchAgain = this::watchAgain; // made now: for a shortage of memory

  /** What a connection tells, with no lock held, in this order. */
  interface Listener {
    /** The handshake of TLS, if any, is done; HTTP/2 begins. */
    void established();

    /**
     * The socket is closed; called once, last. Every stream has been told (onReset) before.
     *
     * @param reason for the log, such as {@link #CLIENT_CLOSED}
     */
    void closed(String reason);
  }

  /**
   * Takes over a channel; nothing happens before {@link #start}.
   *
   * @param tasksInLoop has streams' tasks run in loops alone: as they call handlers, a thread that
   *     sends, with locks of the application held, must not meet a handler that wants such a lock
   * @param memory what it holds
   */
  ServerConnection(
      UdsChannel channel,
      EventLoop loop,
      ByteFilter filter,
      Executor taskExecutor,
      Executor writeExecutor,
      Http2Limits limits,
      Http2Listener http2Listener,
      Listener listener,
      boolean tasksInLoop,
      ConnectionMemory memory) {
    this(
        channel,
        loop,
        filter,
        taskExecutor,
        writeExecutor,
        limits,
        http2Listener,
        listener,
        tasksInLoop,
        memory,
        new ReentrantLock());
  }

  /** With a lock of its own, for tests. */
  ServerConnection(
      UdsChannel channel,
      EventLoop loop,
      ByteFilter filter,
      Executor taskExecutor,
      Executor writeExecutor,
      Http2Limits limits,
      Http2Listener http2Listener,
      Listener listener,
      boolean tasksInLoop,
      ConnectionMemory memory,
      ReentrantLock lock) {
    this.lock = lock;
    this.channel = channel;
    this.loop = loop;
    this.tasksInLoop = tasksInLoop;
    this.memory = memory;
    this.http2 = new Http2Connection(limits, http2Listener);
    this.close = new ConnectionClose(this, channel, loop, listener);
    this.writer = new ConnectionWriter(this, channel, loop, filter, writeExecutor, tasksInLoop);
    this.reader = new ConnectionReader(this, channel, loop, filter, taskExecutor, listener);
  }

  /** Begins to read, in the loop. */
  void start() {
    loop.execute(reader::watch);
  }

  ConnectionReader reader() {
    return reader;
  }

  ConnectionWriter writer() {
    return writer;
  }

  ConnectionClose close() {
    return close;
  }

  // The lock.

  /**
   * Takes the lock, under which alone {@link #http2} may be used. Never throws: who has written,
   * and cannot note it, would write the same again.
   */
  void lock() {
    boolean locked = false;
    while (!locked) {
      try {
        CallExecutor.lock(lock);
        locked = true;
      } catch (OutOfMemoryError e) { // it keeps a list of those that wait
        MemoryReserve.SHARED.letGoFor(e);
        LockSupport.parkNanos(SHORTAGE_NANOS);
        locked = lock.tryLock();
      }
    }
  }

  /** Gives the lock back, then runs the stream tasks that came up under it ({@link #later}). */
  void unlock() {
    if (lock.getHoldCount() > 1) {
      lock.unlock();
      return;
    }
    SerialQueue run = null;
    boolean ends = false;
    try {
      writer.lookAtOutput();
      memory.tell(http2.heldBytes());
      ends = http2.isOver() && close.isOpen();
      run = due.takeAll();
    } finally {
      lock.unlock();
    }
    if (run != null) {
      run(run);
    }
    if (ends) {
      end();
    }
    memory.endDue();
  }

  /** HTTP/2 is over: closes, if nobody has yet. */
  private void end() {
    Throwable broken;
    lock();
    try {
      broken = http2.failure();
    } finally {
      lock.unlock();
    }
    if (broken != null) {
      fail(broken);
    } else {
      closeWhenWritten(null);
    }
  }

  /** Gives the lock back; what came up under it waits for the next {@link #unlock}. */
  void unlockOnly() {
    lock.unlock();
  }

  /** The HTTP/2 state, guarded by the lock. */
  Http2Connection http2() {
    return http2;
  }

  /** Adds a task to a stream's queue, to run after the lock is given back; under the lock. */
  void later(SerialQueue tasks, Runnable task) {
    if (tasks.add(task)) {
      due.add(tasks);
    }
  }

  /** Runs tasks that this thread has to run; without the lock. */
  void run(SerialQueue tasks) {
    if (!tasksInLoop || loop.isCurrentThread() || Trampoline.isRunning()) {
      Trampoline.run(tasks);
      return;
    }
    try {
      loop.execute(() -> Trampoline.run(tasks));
    } catch (OutOfMemoryError e) {
      Trampoline.run(tasks); // better here than never
    }
  }

  // What the loop watches for.

  /** True if the connection waits for input; under the lock. */
  boolean needsInput() {
    return close.isHalfClosed() || (close.isOpen() && http2.wantsInput());
  }

  /** Tells the poller what this connection waits for, if that has changed; in the loop. */
  void watchWhatMatters() throws IOException {
    boolean input;
    boolean output;
    lock();
    try {
      input = needsInput();
      output = writer.isBlocked();
      if (close.isClosed() || (input == watchesInput && output == watchesOutput)) {
        return;
      }
      watchesInput = input;
      watchesOutput = output;
    } finally {
      lock.unlock();
    }
    loop.poller().setInterest(channel, input, output);
  }

  /** True if the loop watches for too little; under the lock. */
  boolean watchesTooLittle() {
    return (writer.isBlocked() && !watchesOutput) || (!watchesInput && needsInput());
  }

  void watchLater() {
    loop.execute(watchAgain);
  }

  private void watchAgain() {
    try {
      watchWhatMatters();
    } catch (IOException | RuntimeException | Error e) {
      fail(e);
    }
  }

  // Writing and closing, from any thread, not under the lock.

  /** Writes what is in the output: {@link ConnectionWriter#flush}. */
  void flush() {
    writer.flush();
  }

  /** Has another thread write: {@link ConnectionWriter#flushSoon}. */
  void flushSoon() {
    writer.flushSoon();
  }

  /** Closes when all is written: {@link ConnectionClose#whenWritten}. */
  void closeWhenWritten(String why) {
    close.whenWritten(why);
  }

  /** Closes when the client has read all: {@link ConnectionClose#whenRead}. */
  void closeWhenRead(String why) {
    close.whenRead(why);
  }

  /** Closes at once: {@link ConnectionClose#now}. */
  void closeNow(String why) {
    close.now(why);
  }

  /** There is memory again: the client may be asked for more. */
  void memoryFreed() {
    lock();
    try {
      http2.memoryFreed();
    } finally {
      unlock();
    }
    flush();
  }

  /** Closes, because there is no memory for what the client makes it hold. */
  void endForMemory(String reason) {
    lock();
    try {
      if (!close.isClosed()) {
        http2.endForMemory(reason);
      }
    } finally {
      unlock();
    }
  }

  /** Has the loop try something again, for which there was no memory. */
  void retry(Retries.Attempt attempt) {
    loop.retry(attempt);
  }

  /** Closes, because of an error: {@link ConnectionClose#fail}. */
  void fail(Throwable cause) {
    close.fail(cause);
  }
}
