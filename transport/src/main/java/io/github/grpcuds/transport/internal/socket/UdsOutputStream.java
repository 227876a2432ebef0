package io.github.grpcuds.transport.internal.socket;

import io.github.grpcuds.transport.internal.channel.ConnectFailure;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a {@link UdsSocket} writes, unbuffered: a write ends when the kernel has taken all of it.
 *
 * <p>Writers wait their turn, so that the bytes of each stay together. A close does not wait.
 */
final class UdsOutputStream extends OutputStream {
  private final UdsSocket socket;
  private final UdsChannel channel;
  private final ReentrantLock turn = new ReentrantLock();

  UdsOutputStream(UdsSocket socket, UdsChannel channel) {
    this.socket = socket;
    this.channel = channel;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    Bounds.check(source, offset, length);
    turn.lock();
    try {
      checkWritable();
      int written = 0;
      while (written < length) {
        int count = channel.write(source, offset + written, length - written);
        written += count;
        if (count == 0) {
          channel.awaitWritable(0);
          checkWritable();
        }
      }
    } finally {
      turn.unlock();
    }
  }

  private void checkWritable() throws SocketException {
    if (socket.isClosed()) {
      throw ConnectFailure.closed();
    }
    if (socket.isOutputShutdown()) {
      throw new SocketException("Socket output is shutdown");
    }
  }

  /** Closes the socket. */
  @Override
  public void close() throws IOException {
    socket.close();
  }
}
