package io.github.grpcuds.okhttp;

import io.github.grpcuds.transport.internal.channel.DirectBuffers;
import io.github.grpcuds.transport.internal.channel.SendBufferGrowth;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import okio.Buffer;

/**
 * What grpc-okhttp writes to a socket, gathered until a flush.
 *
 * <p>A thread of the pool waits until all is written. One that writes for a call of its own does
 * not: what the socket does not take is kept, and written by the pool.
 */
final class QueuedOutput extends OutputStream {
  /** Bytes of a write, and so many are written without a flush; more make it no faster. */
  private static final int CHUNK_BYTES = 128 * 1024;

  private final Socket socket;
  private final UdsChannel channel;
  private final ConnectionWriter writer;
  private final long stuckMillis;
  private final Object lock = new Object();
  private final SendBufferGrowth room; // guarded by lock

  // Guarded by lock.
  private final Buffer queued = new Buffer(); // gathered or kept
  private ByteBuffer chunk; // what comes before that, on its way to the socket; null if nothing
  private long written; // bytes
  private boolean seenTo; // the pool was asked to write what is kept
  private boolean writing; // a thread does
  private Throwable failure; // of that

  private volatile boolean behind; // something is kept

  /**
   * The output of a connected socket.
   *
   * @param stuckMillis how long the server may take nothing of what waits; 0: for ever
   */
  QueuedOutput(Socket socket, UdsChannel channel, ConnectionWriter writer, long stuckMillis) {
    this.socket = socket;
    this.channel = channel;
    this.writer = writer;
    this.stuckMillis = stuckMillis;
    this.room = new SendBufferGrowth(channel);
  }

  /** True if the socket has not taken all that is to be written. */
  boolean isBehind() {
    return behind;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    synchronized (lock) {
      if (length > 0) {
        writer.begin(source, offset, length);
      }
      queued.write(source, offset, length);
      if (writer.isKnown() && queued.size() < CHUNK_BYTES) {
        return;
      }
      push();
    }
    finish();
  }

  /** Takes bytes out of a buffer of Okio's. */
  void write(Buffer source, long length) throws IOException {
    writer.writes(length);
    synchronized (lock) {
      queued.write(source, length);
      if (queued.size() < CHUNK_BYTES) {
        return;
      }
      push();
    }
    finish();
  }

  @Override
  public void flush() throws IOException {
    synchronized (lock) {
      push();
    }
    finish();
  }

  /** Writes, or keeps. */
  private void push() throws IOException {
    throwFailure();
    if (!behind) {
      behind = !writeQueued();
    }
  }

  private void throwFailure() throws IOException {
    if (failure != null) {
      throw new IOException(failure.getMessage(), failure);
    }
  }

  /** Sees to what is kept. */
  private void finish() throws IOException {
    if (!behind) {
      return;
    }
    if (writer.isAborted()) {
      abort();
    }
    if (writer.leaveToPool()) { // where it waits, before more is kept
      askPool();
    } else {
      writeKept();
    }
  }

  private void askPool() {
    synchronized (lock) {
      if (seenTo || !behind) { // another thread may have written it all since
        return;
      }
      seenTo = true;
    }
    writer.pool().execute(this::writeKeptForOthers);
  }

  /** False if the socket takes no more; under the lock. */
  private boolean writeQueued() throws IOException {
    while (fillChunk()) {
      int count = channel.write(chunk);
      written += count;
      if (chunk.hasRemaining() && !room.grow(count > 0)) {
        return false;
      }
    }
    return true;
  }

  /** Puts what is next into native memory, from where it is written; false if there is nothing. */
  private boolean fillChunk() throws IOException {
    if (chunk != null && chunk.hasRemaining()) {
      return true;
    }
    if (queued.exhausted()) {
      giveChunkBack();
      return false;
    }
    if (chunk == null) {
      chunk = DirectBuffers.take(CHUNK_BYTES);
    }
    chunk.clear();
    while (chunk.hasRemaining() && !queued.exhausted()) {
      queued.read(chunk);
    }
    chunk.flip();
    return true;
  }

  private void giveChunkBack() {
    if (chunk != null) {
      DirectBuffers.give(chunk);
      chunk = null;
    }
  }

  private void writeKeptForOthers() {
    try {
      writeKept();
    } catch (IOException e) {
      // The next write throws it, and the reader sees the end as well.
    }
  }

  /** Returns when nothing is kept any more, whoever wrote it. */
  private void writeKept() throws IOException {
    if (!takeTurn()) {
      return;
    }
    try {
      while (writeSomeKept()) {
        if (!channel.awaitWritable(stuckMillis)) {
          checkProgress();
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      fail(e);
      throw e;
    }
  }

  /** There may be room long before the socket counts as writable: the server is slow then. */
  private void checkProgress() throws IOException {
    synchronized (lock) {
      long before = written;
      if (!writeQueued() && written == before) {
        abort(); // nobody else may notice
        throw new SocketTimeoutException("the server has read nothing for " + stuckMillis + " ms");
      }
    }
  }

  /** Waits for the thread that writes, if there is one; false if nothing is left to write. */
  private boolean takeTurn() throws IOException {
    boolean interrupted = false;
    try {
      synchronized (lock) {
        while (writing) {
          try {
            lock.wait();
          } catch (InterruptedException e) {
            interrupted = true;
          }
        }
        throwFailure();
        writing = behind;
        return writing;
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** False if all is written. */
  private boolean writeSomeKept() throws IOException {
    synchronized (lock) {
      if (!writeQueued()) {
        return true;
      }
      endKept();
      return false;
    }
  }

  private void fail(Throwable e) {
    synchronized (lock) {
      failure = e;
      queued.clear();
      giveChunkBack();
      endKept();
    }
  }

  private void endKept() {
    behind = false;
    seenTo = false;
    writing = false;
    lock.notifyAll();
  }

  /** Breaks the connection: its reader sees the end, and each write fails. */
  void abort() {
    try {
      socket.close();
    } catch (IOException e) {
      // It is closed all the same.
    }
  }

  /** Closes the socket; what it does not take now is of no use any more. */
  @Override
  public void close() throws IOException {
    writer.closed();
    try {
      synchronized (lock) {
        push();
      }
    } finally {
      socket.close();
    }
  }
}
