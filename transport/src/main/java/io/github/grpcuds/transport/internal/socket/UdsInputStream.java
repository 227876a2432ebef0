package io.github.grpcuds.transport.internal.socket;

import io.github.grpcuds.transport.internal.channel.BusyPoll;
import io.github.grpcuds.transport.internal.channel.ConnectFailure;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a {@link UdsSocket} reads.
 *
 * <p>Reads wait their turn at {@code turn}, which guards the look-ahead: {@link #available} has to
 * fetch bytes to count them, because not every backend can ask the kernel. A close does not wait.
 */
final class UdsInputStream extends InputStream {
  private static final int LOOK_AHEAD_BYTES = 8192;

  private final UdsSocket socket;
  private final UdsChannel channel;
  private final BusyPoll busyPoll; // guarded by turn
  private final ReentrantLock turn = new ReentrantLock();
  private byte[] ahead; // guarded by turn, as the rest is
  private int position;
  private int limit;
  private boolean ended;

  /**
   * Whether the last read left the socket empty, as far as one can tell: it gave less than was
   * asked for. Then the next one waits before it looks, which saves a system call in an exchange of
   * small messages.
   */
  private boolean drained;

  UdsInputStream(UdsSocket socket, UdsChannel channel, BusyPoll busyPoll) {
    this.socket = socket;
    this.channel = channel;
    this.busyPoll = busyPoll;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Bounds.check(target, offset, length);
    if (length == 0) {
      return 0;
    }
    turn.lock();
    try {
      checkOpen();
      if (position < limit && !socket.isInputShutdown()) {
        return takeAhead(target, offset, length);
      }
      return ended ? -1 : receive(target, offset, length);
    } finally {
      turn.unlock();
    }
  }

  private int takeAhead(byte[] target, int offset, int length) {
    int count = Math.min(length, limit - position);
    System.arraycopy(ahead, position, target, offset, count);
    position += count;
    return count;
  }

  private int receive(byte[] target, int offset, int length) throws IOException {
    int count = drained ? 0 : receiveNow(target, offset, length);
    if (count == 0) {
      count = busyPoll.begin() ? look(target, offset, length) : 0;
      if (count == 0) {
        count = sleep(target, offset, length);
        busyPoll.slept();
      }
    }
    busyPoll.received(count);
    ended = count < 0;
    drained = count < length;
    checkOpen(); // a close looks like the end to whoever it wakes
    return count;
  }

  private int receiveNow(byte[] target, int offset, int length) throws IOException {
    return socket.isInputShutdown() ? -1 : channel.read(target, offset, length);
  }

  private int look(byte[] target, int offset, int length) throws IOException {
    do {
      int count = receiveNow(target, offset, length);
      if (count != 0) {
        busyPoll.found();
        return count;
      }
    } while (busyPoll.goesOn());
    return 0;
  }

  private int sleep(byte[] target, int offset, int length) throws IOException {
    int timeout = socket.getSoTimeout();
    long deadline = System.nanoTime() + timeout * 1_000_000L;
    int count;
    do {
      long left = timeout == 0 ? 0 : (deadline - System.nanoTime() + 999_999) / 1_000_000;
      if ((timeout != 0 && left <= 0) || !channel.awaitReadable(left)) {
        throw new SocketTimeoutException("Read timed out after " + timeout + " ms");
      }
      count = receiveNow(target, offset, length);
    } while (count == 0);
    return count;
  }

  /** The number of bytes that a read would give without waiting, as far as they are fetched. */
  @Override
  public int available() throws IOException {
    checkOpen();
    if (!turn.tryLock()) {
      return 0; // another thread is reading: what comes is its
    }
    try {
      if (socket.isInputShutdown()) {
        return 0;
      }
      if (position == limit && !ended) {
        if (ahead == null) {
          ahead = new byte[LOOK_AHEAD_BYTES];
        }
        int count = channel.read(ahead, 0, ahead.length);
        ended = count < 0;
        position = 0;
        limit = Math.max(0, count);
      }
      return limit - position;
    } finally {
      turn.unlock();
    }
  }

  private void checkOpen() throws SocketException {
    if (socket.isClosed()) {
      throw ConnectFailure.closed();
    }
  }

  /** Closes the socket. */
  @Override
  public void close() throws IOException {
    socket.close();
  }
}
