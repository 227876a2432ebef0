package io.github.grpcuds.server;

import io.github.grpcuds.http2.internal.OutputBuffer;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import java.io.IOException;
import java.util.concurrent.Executor;

/**
 * Writes what HTTP/2 has for a connection's client.
 *
 * <p>Whoever makes output writes it, one thread at a time ({@link #writing}): others leave theirs
 * to it. The fields are guarded by the connection's lock, but for what says otherwise.
 */
final class ConnectionWriter {
  /**
   * The thread that reads leaves its output to the end of the batch, up to this: some 15 answers. A
   * client that got those of 64 calls at once would do nothing until then, and the server nothing
   * while it deals with them.
   */
  private static final int BATCH_BYTES = 1024;

  /** Before a thread that writes for others leaves the rest to the loop. */
  private static final int MAX_WRITES = 16;

  private final ServerConnection connection;
  private final EventLoop loop;
  private final Executor writeExecutor;
  private final boolean tasksInLoop;
  private final SocketOutput socket; // of the thread that set writing

  private volatile boolean writing; // changed under the lock, as writeIsDue is
  private volatile boolean writeIsDue; // another thread is about to
  private final BulkYield bulkYield = new BulkYield();
  private int written; // since writing was set
  private boolean blocked; // the socket took no more
  private int progress; // counts writes
  private volatile boolean muchOutput; // seen when the lock was last given back
  private final Runnable write = this::write; // made now: for a shortage of memory
  private final Runnable writeDue = this::writeDue;

  /**
   * A writer.
   *
   * @param executor writes what the loop cannot write now, because it is in a call
   * @param tasksInLoop if handlers run in loops, and may keep them for ever
   */
  ConnectionWriter(
      ServerConnection connection,
      UdsChannel channel,
      EventLoop loop,
      ByteFilter filter,
      Executor executor,
      boolean tasksInLoop) {
    this.connection = connection;
    this.loop = loop;
    this.writeExecutor = executor;
    this.tasksInLoop = tasksInLoop;
    this.socket = new SocketOutput(channel, filter);
  }

  // Under the lock.

  /** The lock is about to be given back. */
  void lookAtOutput() {
    muchOutput = connection.http2().output().size() >= BATCH_BYTES;
  }

  /** True if the socket took no more, and was not found writable since. */
  boolean isBlocked() {
    return blocked;
  }

  /** How far it has come: another number after each write. */
  int progress() {
    return progress;
  }

  /** The end of the output was written. */
  void wroteEnd() {
    progress++;
  }

  // Without the lock.

  /** True if the socket has not taken all it was given; of the thread that has just written. */
  boolean hasUnwritten() {
    return socket.isBlocked();
  }

  /**
   * Writes what is in the output, as far as the socket takes it, unless another thread is at it or
   * this one is in the middle of a batch of input, at whose end it will.
   */
  void flush() {
    if (!connection.reader().isReading() || muchOutput) {
      write();
    }
  }

  /**
   * As {@link #flush}, but by another thread, which finds more to write by then: the loop's, or, as
   * a call may keep that, which this one may be, whichever of two comes first.
   */
  void flushSoon() {
    if (writeIsDue || writing) { // who has yet to take the lock finds what came before, if so
      return;
    }
    if (tasksInLoop || connection.reader().isReading()) { // handlers may keep the loop for ever
      flush();
      return;
    }
    connection.lock();
    try {
      if (writeIsDue || writing) { // who writes goes on with what has come
        return;
      }
      writeIsDue = true;
    } finally {
      connection.unlockOnly();
    }
    try {
      loop.execute(writeDue);
      if (LoopThread.current() != null) {
        writeExecutor.execute(writeDue);
      }
    } catch (RuntimeException | Error e) {
      writeDue(); // no thread for it, or no memory
    }
  }

  private void writeDue() {
    connection.lock();
    try {
      if (!writeIsDue) {
        return;
      }
      writeIsDue = false;
    } finally {
      connection.unlockOnly();
    }
    write();
  }

  /** There may be room in the socket again. */
  void unblock() {
    connection.lock();
    try {
      blocked = false;
    } finally {
      connection.unlockOnly();
    }
  }

  /** Writes until there is nothing left, the socket takes no more, or the connection closes. */
  void write() {
    connection.lock();
    ConnectionClose close = connection.close();
    if (writing || blocked || !close.mayWrite()) {
      connection.unlock();
      return;
    }
    writing = true;
    written = 0;
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
    boolean wake = connection.watchesTooLittle();
    boolean done = close.isDraining() && !blocked && !handOver;
    boolean giveWay = bulkYield.wrote(written);
    connection.unlock();
    try {
      if (thrown != null) {
        connection.fail(thrown);
      } else if (done) {
        close.written();
      } else if (handOver) {
        loop.execute(write);
      } else if (wake && !connection.reader().isReading()) {
        connection.watchLater();
      }
    } catch (RuntimeException | Error e) {
      connection.fail(e); // nobody would write what is left
    }
    if (giveWay) {
      bulkYield.giveWay();
    }
  }

  /** One write, for which the lock is given away; false if no other should follow now. */
  private boolean writeOnce() throws IOException {
    OutputBuffer output = connection.http2().output();
    ConnectionClose close = connection.close();
    boolean empty = output.isEmpty();
    if (close.isClosed() || (empty && !socket.hasOwn() && close.isOpen())) {
      return false;
    }
    int length = socket.take(output);
    if (connection.http2().openStreams() > 1) {
      socket.share();
    }
    boolean farewell = empty && !close.isOpen() && !socket.hasOwn();
    int count = 0;
    connection.unlockOnly();
    try {
      if (farewell) {
        socket.close();
      } else {
        count = socket.write();
      }
    } finally {
      connection.lock();
    }
    if (close.isClosed()) {
      return false;
    }
    if (count > 0) {
      connection.http2().written(count);
      written += count;
      progress++;
    }
    blocked = socket.isBlocked() || (count == 0 && length > 0);
    return !blocked && !farewell;
  }
}
