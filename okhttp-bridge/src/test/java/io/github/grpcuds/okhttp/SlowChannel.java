package io.github.grpcuds.okhttp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.transport.PeerCredentials;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;

/** A socket that takes as many bytes as a test gives it room for; a writer waits for more. */
final class SlowChannel implements UdsChannel {
  private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
  private long room;
  private long roomAtTimeOut;
  private String failure; // null: none
  private boolean waiting;

  /** What is read into native buffers. */
  InputStream input = new ByteArrayInputStream(new byte[0]);

  int reads; // into native buffers

  /** A socket that closes the channel. */
  final Socket socket =
      new Socket() {
        @Override
        public synchronized void close() {
          SlowChannel.this.close();
        }
      };

  SlowChannel(long room) {
    this.room = room;
  }

  synchronized void makeRoom(long bytes) {
    room += bytes;
    notifyAll();
  }

  /** Never counts as writable, as if it had much to give before, but there is room. */
  synchronized void makeRoomAtTimeOuts(long bytes) {
    roomAtTimeOut = bytes;
  }

  synchronized void fail(String message) {
    failure = message;
    notifyAll();
  }

  synchronized byte[] taken() {
    return taken.toByteArray();
  }

  synchronized long takenBytes() {
    return taken.size();
  }

  /** Returns once it has taken as many bytes in all. */
  synchronized void awaitTaken(long bytes) throws InterruptedException {
    Deadline deadline = Deadline.start();
    while (taken.size() < bytes) {
      deadline.check(() -> "only " + taken.size() + " of " + bytes);
      wait(deadline.leftMillis());
    }
  }

  synchronized boolean isClosed() {
    return "Socket closed".equals(failure);
  }

  @Override
  public synchronized int write(byte[] source, int offset, int length) throws IOException {
    throwFailure();
    int count = (int) Math.min(room, length);
    taken.write(source, offset, count);
    room -= count;
    if (count > 0) {
      notifyAll();
    }
    return count;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    byte[] bytes = new byte[source.remaining()];
    source.duplicate().get(bytes);
    int count = write(bytes, 0, bytes.length);
    source.position(source.position() + count);
    return count;
  }

  /** Returns once a thread waits for room. */
  synchronized void awaitWaiting() throws InterruptedException {
    while (!waiting) {
      wait();
    }
  }

  private void throwFailure() throws SocketException {
    if (failure != null) {
      throw new SocketException(failure);
    }
  }

  @Override
  public synchronized boolean awaitWritable(long timeoutMillis) throws IOException {
    waiting = true;
    notifyAll();
    if (roomAtTimeOut > 0) {
      room += roomAtTimeOut;
      return false;
    }
    while (room == 0) {
      throwFailure();
      try {
        wait(timeoutMillis);
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      if (timeoutMillis > 0 && room == 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    fail("Socket closed");
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    reads++;
    byte[] bytes = new byte[Math.min(target.remaining(), input.available())];
    if (bytes.length > 0) {
      assertEquals(bytes.length, input.read(bytes, 0, bytes.length));
      target.put(bytes);
    }
    return bytes.length;
  }

  @Override
  public boolean awaitReadable(long timeoutMillis) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void shutdownInput() {}

  @Override
  public void shutdownOutput() {}

  /** Large enough as it is. */
  @Override
  public int bufferSize(Buffer buffer) {
    return Integer.MAX_VALUE;
  }

  @Override
  public void setBufferSize(Buffer buffer, int bytes) {}

  @Override
  public PeerCredentials peerCredentials() {
    throw new UnsupportedOperationException();
  }

  @Override
  public String backend() {
    return "fake";
  }
}
