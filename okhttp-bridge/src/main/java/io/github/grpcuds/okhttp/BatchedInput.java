package io.github.grpcuds.okhttp;

import io.github.grpcuds.transport.internal.channel.DirectBuffers;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * What grpc-okhttp reads from a socket: it asks for 8 KiB at a time. Where there is more than that,
 * it is read ahead, into native memory from which it goes to grpc-okhttp's buffers with no copy
 * between. Before it reads on, its thread writes what it has put off.
 *
 * <p>Read by one thread.
 */
final class BatchedInput extends InputStream {
  /** More makes large messages no faster, and small ones wait for them. */
  private static final int AHEAD_BYTES = 64 * 1024;

  /**
   * As much is given at a time where what was given caused output: answers of some 30 calls. Were
   * those of all calls one batch, the server would have nothing to do until their callers' next
   * ones, and these nothing while it deals with them.
   */
  private static final int BATCH_BYTES = 2048;

  private final InputStream plain;
  private final UdsChannel channel;
  private final ConnectionWriter writer;
  private ByteBuffer ahead; // null if nothing is in it
  private boolean more; // the last read was filled, so there may be
  private DeferredRuns runs; // of the thread that reads

  /**
   * Reads a socket.
   *
   * @param plain the socket's own stream, which waits
   * @param channel the socket's, which does not
   */
  BatchedInput(InputStream plain, UdsChannel channel, ConnectionWriter writer) {
    this.plain = plain;
    this.channel = channel;
    this.writer = writer;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    runs = DeferredRuns.current();
    int most = runs.endBatch() ? Math.min(length, BATCH_BYTES) : length;
    int count;
    if (ahead != null || (more && readAhead())) {
      count = takeAhead(target, offset, most);
    } else {
      count = plain.read(target, offset, most);
      more = count == most;
    }
    if (count > 0) {
      runs.beginBatch(writer);
    }
    return count;
  }

  /** False if nothing is there now, or the end is. */
  private boolean readAhead() throws IOException {
    ByteBuffer buffer = DirectBuffers.take(AHEAD_BYTES);
    try {
      if (channel.read(buffer) > 0) {
        more = !buffer.hasRemaining();
        buffer.flip();
        ahead = buffer;
      }
    } finally {
      if (ahead == null) {
        DirectBuffers.give(buffer);
      }
    }
    return ahead != null;
  }

  private int takeAhead(byte[] target, int offset, int length) {
    ByteBuffer buffer = ahead;
    int count = Math.min(length, buffer.remaining());
    buffer.get(target, offset, count);
    if (!buffer.hasRemaining()) {
      ahead = null;
      DirectBuffers.give(buffer);
    }
    return count;
  }

  /** Does not ask the plain stream, which would keep what it finds. */
  @Override
  public int available() throws IOException {
    return ahead != null || readAhead() ? ahead.remaining() : 0;
  }

  @Override
  public void close() throws IOException {
    plain.close();
  }
}
