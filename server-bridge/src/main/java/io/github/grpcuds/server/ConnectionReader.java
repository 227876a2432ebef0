package io.github.grpcuds.server;

import io.github.grpcuds.http2.internal.InputChunk;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import java.io.IOException;
import java.util.concurrent.Executor;

/**
 * Reads what a connection's client sends, and hands it through the filter to HTTP/2.
 *
 * <p>Of the loop's thread, but for {@link #isReading}.
 */
final class ConnectionReader {
  private static final byte[] NONE = new byte[0];

  /** Before others of the loop get their turn. */
  private static final int MAX_READS = 4;

  private final ServerConnection connection;
  private final UdsChannel channel;
  private final EventLoop loop;
  private final ByteFilter filter;
  private final boolean plain; // the filter does nothing
  private final Executor taskExecutor;
  private final ServerConnection.Listener listener;

  private boolean started;
  private boolean largeInput; // what comes next had better be read into a chunk
  private volatile Thread batch; // the loop's thread, while it handles input

  /**
   * A reader that begins with {@link #watch}.
   *
   * @param taskExecutor runs the long tasks of a handshake
   */
  ConnectionReader(
      ServerConnection connection,
      UdsChannel channel,
      EventLoop loop,
      ByteFilter filter,
      Executor taskExecutor,
      ServerConnection.Listener listener) {
    this.connection = connection;
    this.channel = channel;
    this.loop = loop;
    this.filter = filter;
    this.plain = filter instanceof PlainFilter;
    this.taskExecutor = taskExecutor;
    this.listener = listener;
  }

  /** True in the thread that handles input now, at the end of which it will write. */
  boolean isReading() {
    return Thread.currentThread() == batch;
  }

  /** Begins. */
  void watch() {
    try {
      loop.poller().add(channel, this::ready);
      if (isClosed()) { // meanwhile, by another thread that found nothing to remove
        loop.poller().remove(channel);
        return;
      }
      if (filter.isEstablished()) {
        establish();
        connection.writer().write();
        connection.watchWhatMatters();
      }
    } catch (IOException | RuntimeException | Error e) {
      connection.fail(e);
    }
  }

  private boolean isClosed() {
    connection.lock();
    try {
      return connection.close().isClosed();
    } finally {
      connection.unlockOnly();
    }
  }

  private void establish() {
    if (started || isClosed()) {
      return;
    }
    started = true;
    connection.lock();
    try {
      connection.http2().start();
    } finally {
      connection.unlock();
    }
    listener.established();
  }

  private void ready(boolean readable, boolean writable) {
    try {
      if (writable) {
        connection.writer().unblock();
        connection.writer().write();
        if (!started && !isClosed()) {
          input(NONE, 0);
          handshake();
          connection.writer().write();
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
        connection.writer().write();
      }
      connection.watchWhatMatters();
    } catch (IOException | RuntimeException | Error e) {
      connection.fail(e);
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
      chunk.release();
    }
  }

  /** True if a read has brought something to look at. */
  private boolean isInput(int count) throws IOException {
    if (count < 0) {
      filter.endOfInput();
      connection.closeNow(ServerConnection.CLIENT_CLOSED);
    } else {
      loop.received(count);
    }
    return count > 0 && !isHalfClosed();
  }

  private void input(byte[] buffer, int count) throws IOException {
    try {
      filter.input(buffer, 0, count, this::receive);
      while (!filter.isEstablished() && filter.wantsOutput()) {
        connection.writer().write();
        if (connection.writer().hasUnwritten() || isClosing()) {
          return; // it goes on when the socket is writable, or never
        }
        filter.input(NONE, 0, 0, this::receive);
      }
    } catch (IOException e) {
      connection.closeWhenWritten(e.getMessage());
      return;
    }
    if (filter.isEstablished()) {
      establish();
    }
    if (filter.isInputEnded()) {
      connection.closeWhenWritten(ServerConnection.CLIENT_CLOSED);
    }
  }

  private void receive(byte[] buffer, int offset, int length) {
    establish();
    connection.lock();
    try {
      connection.http2().receive(buffer, offset, length);
      largeInput = plain && connection.http2().expectsLargeData();
    } finally {
      connection.unlock();
    }
  }

  private void receive(InputChunk chunk, int length) {
    connection.lock();
    try {
      connection.http2().receive(chunk, length, loop.readBuffer());
      largeInput = connection.http2().expectsLargeData();
    } finally {
      connection.unlock();
    }
  }

  /** After all there is to read: a client that has left already is not worth the cryptography. */
  private void handshake() {
    Runnable task = started || isClosing() ? null : filter.takeTask();
    if (task != null) {
      runLongTask(task);
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
      connection.writer().write();
      connection.watchWhatMatters();
    } catch (IOException | RuntimeException | Error e) {
      connection.fail(e);
    }
  }

  private boolean isClosing() {
    connection.lock();
    try {
      return !connection.close().isOpen();
    } finally {
      connection.unlockOnly();
    }
  }

  private boolean isHalfClosed() {
    connection.lock();
    try {
      return connection.close().isHalfClosed();
    } finally {
      connection.unlockOnly();
    }
  }

  private boolean wantsInput() {
    connection.lock();
    try {
      return connection.needsInput();
    } finally {
      connection.unlockOnly();
    }
  }
}
