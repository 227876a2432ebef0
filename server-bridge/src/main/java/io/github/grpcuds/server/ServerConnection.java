package io.github.grpcuds.server;

import io.github.grpcuds.http2.Http2Connection;
import io.github.grpcuds.http2.Http2Limits;
import io.github.grpcuds.http2.Http2Listener;
import io.github.grpcuds.http2.InputChunk;
import io.github.grpcuds.http2.OutputBuffer;
import io.github.grpcuds.transport.SafeLog;
import io.github.grpcuds.transport.UdsChannel;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Level;

/**
 * One connection: its socket, TLS, HTTP/2, the lock and the writer.
 *
 * <p>The loop's thread reads. Whoever makes output writes it, one thread at a time ({@link
 * #writing}): others leave theirs to it. The lock guards HTTP/2 and the fields that say so; while
 * it is held, no system call is made and nothing of gRPC runs.
 */
final class ServerConnection {
  /** The reason of a connection that the client has closed. */
  static final String CLIENT_CLOSED = "the client closed the connection";

  private static final SafeLog log = new SafeLog(ServerConnection.class);
  private static final byte[] NONE = new byte[0];

  /** Before others of the loop get their turn. */
  private static final int MAX_READS = 4;

  /**
   * The thread that reads leaves its output to the end of the batch, up to this: some 15 answers. A
   * client that got those of 64 calls at once would do nothing until then, and the server nothing
   * while it deals with them.
   */
  private static final int BATCH_BYTES = 1024;

  /** Before a thread that writes for others leaves the rest to the loop. */
  private static final int MAX_WRITES = 16;

  /** How long a closing connection waits for a client that does not read. */
  private static final long LINGER_MILLIS = 1000;

  private final UdsChannel channel;
  private final EventLoop loop;
  private final ByteFilter filter;
  private final boolean plain; // the filter does nothing
  private final Executor taskExecutor;
  private final Executor writeExecutor;
  private final Listener listener;
  private final boolean tasksInLoop;
  private final ReentrantLock lock = new ReentrantLock();
  private final Http2Connection http2; // guarded by lock
  private final SocketOutput socket; // of the thread that set writing

  private final StreamTasks.Queue due = new StreamTasks.Queue(); // guarded by lock
  private boolean writing; // guarded by lock
  private boolean writeIsDue; // another thread is about to; guarded by lock
  private boolean blocked; // the socket took no more; guarded by lock
  private int progress; // counts writes; guarded by lock
  private boolean watchesInput = true; // changed by the loop's thread; guarded by lock
  private boolean watchesOutput; // as watchesInput
  private boolean closing; // to be closed when all is written; guarded by lock
  private boolean lingers; // to be closed after a while at any rate; guarded by lock
  private boolean awaitsEnd; // all is written; the client is to close first; guarded by lock
  private boolean halfClosed; // and knows that it is all; guarded by lock
  private boolean closed; // guarded by lock
  private Throwable failure; // of HTTP/2's code; null if it is sound; guarded by lock
  private String reason = "the server closed the connection"; // guarded by lock

  // Of the loop's thread.
  private boolean started;
  private boolean largeInput; // what comes next had better be read into a chunk

  private volatile Thread batch; // the loop's thread, while it handles input
  private volatile boolean muchOutput; // seen at the last unlock

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
      boolean tasksInLoop) {
    this.channel = channel;
    this.loop = loop;
    this.filter = filter;
    this.plain = filter instanceof PlainFilter;
    this.taskExecutor = taskExecutor;
    this.writeExecutor = writeExecutor;
    this.listener = listener;
    this.tasksInLoop = tasksInLoop;
    this.http2 = new Http2Connection(limits, http2Listener);
    this.socket = new SocketOutput(channel, filter);
  }

  /** Begins to read, in the loop. */
  void start() {
    loop.execute(this::watch);
  }

  private void watch() {
    try {
      loop.poller().add(channel, this::ready);
      if (isClosed()) { // meanwhile, by another thread that found nothing to remove
        loop.poller().remove(channel);
        return;
      }
      if (filter.isEstablished()) {
        establish();
        write();
        watchWhatMatters();
      }
    } catch (IOException | RuntimeException | Error e) {
      fail(e);
    }
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  private void establish() {
    if (started || isClosed()) {
      return;
    }
    started = true;
    lock();
    try {
      http2.start();
    } finally {
      unlock();
    }
    listener.established();
  }

  /** Takes the lock, under which alone {@link #http2} may be used. */
  void lock() {
    lock.lock();
  }

  /** Gives the lock back, then runs the stream tasks that came up under it ({@link #later}). */
  void unlock() {
    StreamTasks run = null;
    boolean failed = false;
    Throwable broken = null;
    if (lock.getHoldCount() == 1) {
      muchOutput = http2.output().size() >= BATCH_BYTES;
      failed = http2.isEnded() && !closing && !closed;
      broken = closed ? null : failure;
      run = due.takeAll();
    }
    lock.unlock();
    if (run != null) {
      run(run);
    }
    if (broken != null) {
      fail(broken);
    } else if (failed) {
      closeWhenWritten(null);
    }
  }

  /** The HTTP/2 state, guarded by the lock. */
  Http2Connection http2() {
    return http2;
  }

  /**
   * HTTP/2 threw in the middle of something, for want of memory most likely: its frames cannot be
   * trusted any more. Under the lock.
   */
  void broken(Throwable e) {
    if (failure == null) {
      failure = e;
    }
  }

  /** Runs tasks that this thread has to run; without the lock. */
  void run(StreamTasks tasks) {
    if (!tasksInLoop || loop.isCurrentThread() || TaskRunner.isRunning()) {
      TaskRunner.run(tasks);
      return;
    }
    try {
      loop.execute(() -> TaskRunner.run(tasks));
    } catch (OutOfMemoryError e) {
      TaskRunner.run(tasks); // better here than never
    }
  }

  /** Adds a task to a stream's queue, to run after the lock is given back; under the lock. */
  void later(StreamTasks tasks, Runnable task) {
    if (tasks.add(task)) {
      due.add(tasks);
    }
  }

  /**
   * Writes what is in the output, as far as the socket takes it, unless another thread is at it or
   * this one is in the middle of a batch of input, at whose end it will. Not under the lock.
   */
  void flush() {
    if (Thread.currentThread() != batch || muchOutput) {
      write();
    }
  }

  /**
   * As {@link #flush}, but by another thread, which finds more to write by then: the loop's, or, as
   * a call may keep that, which this one may be, whichever of two comes first.
   */
  void flushSoon() {
    if (tasksInLoop || Thread.currentThread() == batch) { // handlers may keep the loop for ever
      flush();
      return;
    }
    lock.lock();
    try {
      if (writeIsDue || writing) { // who writes goes on with what has come
        return;
      }
      writeIsDue = true;
    } finally {
      lock.unlock();
    }
    try {
      loop.execute(this::writeDue);
      if (LoopThread.current() != null) {
        writeExecutor.execute(this::writeDue);
      }
    } catch (RuntimeException | OutOfMemoryError e) {
      writeDue(); // no thread for it, or no memory
    }
  }

  private void writeDue() {
    lock.lock();
    try {
      if (!writeIsDue) {
        return;
      }
      writeIsDue = false;
    } finally {
      lock.unlock();
    }
    write();
  }

  private void ready(boolean readable, boolean writable) {
    try {
      if (writable) {
        unblock();
        write();
        if (!started && !isClosed()) {
          input(NONE, 0);
          handshake();
          write();
        }
      }
      if (readable) {
        batch = Thread.currentThread();
        try {
          read();
        } finally {
          batch = null;
        }
        handshake();
        write();
      }
      watchWhatMatters();
    } catch (IOException | RuntimeException | Error e) {
      fail(e);
    }
  }

  private void unblock() {
    lock.lock();
    try {
      blocked = false;
    } finally {
      lock.unlock();
    }
  }

  private void read() throws IOException {
    boolean more = true;
    for (int i = 0; more && i < MAX_READS; i++) {
      InputChunk chunk = largeInput ? loop.inputChunks().take() : null;
      more = (chunk == null ? readBytes() : readChunk(chunk)) && wantsInput();
    }
  }

  /** True if there may be more to read. */
  private boolean readBytes() throws IOException {
    byte[] buffer = loop.readBuffer();
    int count = channel.read(buffer, 0, buffer.length);
    if (isInput(count)) {
      input(buffer, count);
    }
    return count == buffer.length || (count > 0 && !filter.isEstablished());
  }

  /** As {@link #readBytes}, with no filter. */
  private boolean readChunk(InputChunk chunk) throws IOException {
    try {
      int count = channel.read(chunk.bytes());
      if (isInput(count)) {
        receive(chunk, count);
      }
      return !chunk.bytes().hasRemaining();
    } finally {
      chunk.letGo();
    }
  }

  /** True if a read has brought something to look at. */
  private boolean isInput(int count) throws IOException {
    if (count < 0) {
      filter.endOfInput();
      closeNow(CLIENT_CLOSED);
    } else {
      loop.received(count);
    }
    return count > 0 && !isHalfClosed();
  }

  private void input(byte[] buffer, int count) throws IOException {
    try {
      filter.input(buffer, 0, count, this::receive);
      while (!filter.isEstablished() && filter.wantsOutput()) {
        write();
        if (socket.isBlocked() || isClosing()) {
          return; // it goes on when the socket is writable, or never
        }
        filter.input(NONE, 0, 0, this::receive);
      }
    } catch (IOException e) {
      closeWhenWritten(e.getMessage());
      return;
    }
    if (filter.isEstablished()) {
      establish();
    }
    if (filter.isInputEnded()) {
      closeWhenWritten(CLIENT_CLOSED);
    }
  }

  /** After all there is to read: a client that has left already is not worth the cryptography. */
  private void handshake() {
    Runnable task = started || isClosing() ? null : filter.takeTask();
    if (task != null) {
      runLongTask(task);
    }
  }

  private void receive(byte[] buffer, int offset, int length) {
    establish();
    lock();
    try {
      http2.receive(buffer, offset, length);
      largeInput = plain && http2.expectsLargeData();
    } finally {
      unlock();
    }
  }

  private void receive(InputChunk chunk, int length) {
    lock();
    try {
      http2.receive(chunk, length, loop.readBuffer());
      largeInput = http2.expectsLargeData();
    } finally {
      unlock();
    }
  }

  /** Input goes on meanwhile, for the end of it makes the task needless. */
  private void runLongTask(Runnable task) {
    Runnable andGoOn =
        () -> {
          if (!isClosing()) {
            task.run();
            loop.execute(this::afterTask);
          }
        };
    try {
      taskExecutor.execute(andGoOn);
    } catch (RuntimeException | OutOfMemoryError e) {
      andGoOn.run(); // no thread for it: better slow than not at all
    }
  }

  private void afterTask() {
    try {
      input(NONE, 0);
      handshake();
      write();
      watchWhatMatters();
    } catch (IOException | RuntimeException | Error e) {
      fail(e);
    }
  }

  private boolean isClosing() {
    lock.lock();
    try {
      return closing || closed;
    } finally {
      lock.unlock();
    }
  }

  private boolean isHalfClosed() {
    lock.lock();
    try {
      return halfClosed;
    } finally {
      lock.unlock();
    }
  }

  private boolean wantsInput() {
    lock.lock();
    try {
      return needsInput();
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock. */
  private boolean needsInput() {
    return halfClosed || (!closing && http2.wantsInput());
  }

  /** Tells the poller what this connection waits for, if that has changed; in the loop. */
  private void watchWhatMatters() throws IOException {
    boolean input;
    boolean output;
    lock.lock();
    try {
      input = needsInput();
      output = blocked;
      if (closed || (input == watchesInput && output == watchesOutput)) {
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
  private boolean watchesTooLittle() {
    return (blocked && !watchesOutput) || (!watchesInput && needsInput());
  }

  private void watchLater() {
    loop.execute(
        () -> {
          try {
            watchWhatMatters();
          } catch (IOException e) {
            fail(e);
          }
        });
  }

  /** Writes until there is nothing left, the socket takes no more, or the connection closes. */
  private void write() {
    lock();
    if (writing || closed || blocked || halfClosed) {
      unlock();
      return;
    }
    writing = true;
    boolean goesOn = true;
    Throwable thrown = null;
    int writes = 0;
    while (goesOn && thrown == null && writes < MAX_WRITES) {
      try {
        goesOn = writeOnce();
        writes++;
      } catch (IOException | RuntimeException | Error e) {
        thrown = e;
      }
    }
    writing = false;
    boolean handOver = goesOn && thrown == null;
    boolean wake = watchesTooLittle();
    boolean done = closing && !blocked && !closed && !handOver;
    boolean halfClose = done && awaitsEnd;
    unlock();
    if (thrown != null) {
      fail(thrown);
    } else if (halfClose) {
      closeOutput();
    } else if (done) {
      closeNow(null);
    } else if (handOver) {
      loop.execute(this::write);
    } else if (wake && batch != Thread.currentThread()) {
      watchLater();
    }
  }

  /** One write, for which the lock is given away; false if no other should follow now. */
  private boolean writeOnce() throws IOException {
    OutputBuffer output = http2.output();
    boolean empty = output.isEmpty();
    if (closed || (empty && !socket.hasOwn() && !closing)) {
      return false;
    }
    int length = socket.take(output);
    boolean farewell = empty && closing && !socket.hasOwn();
    int written = 0;
    lock.unlock();
    try {
      if (farewell) {
        socket.close();
      } else {
        written = socket.write();
      }
    } finally {
      lock.lock();
    }
    if (closed) {
      return false;
    }
    if (written > 0) {
      http2.written(written);
      progress++;
    }
    blocked = socket.isBlocked() || (written == 0 && length > 0);
    return !blocked && !farewell;
  }

  /**
   * Writes what is in the output, then closes, from any thread; at the latest after a second.
   *
   * @param why null if HTTP/2 has failed and knows
   */
  void closeWhenWritten(String why) {
    beginClosing(why);
    if (beginLingering()) {
      loop.schedule(() -> closeNow(null), LINGER_MILLIS);
    }
  }

  private boolean beginLingering() {
    lock.lock();
    try {
      boolean first = !lingers && !closed;
      lingers = true;
      return first;
    } finally {
      lock.unlock();
    }
  }

  /**
   * As {@link #closeWhenWritten}, but for as long as the client goes on reading, and it is the
   * client that closes first, if it does so within a second: a write of its own that met a closed
   * socket would keep it from reading what is there for it.
   */
  void closeWhenRead(String why) {
    lock.lock();
    try {
      awaitsEnd = true;
    } finally {
      lock.unlock();
    }
    if (beginClosing(why)) {
      awaitProgress(-1);
    }
  }

  /** The client has been sent all; what it still sends is read and passed over. */
  private void closeOutput() {
    lock.lock();
    try {
      if (halfClosed || closed) {
        return;
      }
      halfClosed = true;
      progress++;
    } finally {
      lock.unlock();
    }
    try {
      channel.shutdownOutput();
    } catch (IOException e) {
      closeNow(null);
      return;
    }
    watchLater();
  }

  private boolean beginClosing(String why) {
    boolean first;
    lock();
    try {
      first = !closing && !closed;
      if (first) {
        closing = true;
        reason = why == null ? http2.endReason() : why;
        http2.end(reason);
      }
    } finally {
      unlock();
    }
    if (first) {
      write();
      watchLater();
    }
    return first;
  }

  private void awaitProgress(int before) {
    unblock(); // there may be room long before the socket counts as writable
    write();
    int now;
    lock.lock();
    try {
      if (closed) {
        return;
      }
      now = progress;
    } finally {
      lock.unlock();
    }
    if (now == before) {
      closeNow(null);
    } else {
      loop.schedule(() -> awaitProgress(now), LINGER_MILLIS);
    }
  }

  private void fail(Throwable cause) {
    boolean expected = cause instanceof IOException;
    if (!expected) {
      log.log(Level.SEVERE, "A connection ends by an error of the server", cause);
    }
    closeNow(expected ? cause.getMessage() : cause.toString());
  }

  /**
   * Closes at once, from any thread.
   *
   * @param why null if that is known already
   */
  void closeNow(String why) {
    lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      if (why != null) {
        reason = why;
      }
    } finally {
      unlock();
    }
    try {
      closeSocket();
    } finally {
      endHttp2();
    }
  }

  private void closeSocket() {
    loop.poller().remove(channel);
    try {
      channel.close();
    } catch (IOException e) {
      log.log(Level.FINE, "Closing a socket failed", e);
    }
  }

  private void endHttp2() {
    try {
      lock();
      try {
        http2.end(reason);
      } finally {
        unlock();
      }
    } finally {
      listener.closed(reason);
    }
  }
}
