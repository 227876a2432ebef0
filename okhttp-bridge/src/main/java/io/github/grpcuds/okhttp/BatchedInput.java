package io.github.grpcuds.okhttp;

import java.io.IOException;
import java.io.InputStream;

/**
 * What grpc-okhttp reads from a socket, read ahead: it asks for 8 KiB at a time. Before it reads
 * on, its thread writes what it has put off.
 *
 * <p>Read by one thread.
 */
final class BatchedInput extends InputStream {
  /** As much as the socket holds of one writer's by default (net.core.wmem_default), or less. */
  private static final int AHEAD_BYTES = 64 * 1024;

  private final InputStream plain;
  private final QueuedOutput output;
  private final byte[] ahead = new byte[AHEAD_BYTES];
  private int position;
  private int limit;
  private DeferredRuns runs; // of the thread that reads

  BatchedInput(InputStream plain, QueuedOutput output) {
    this.plain = plain;
    this.output = output;
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
    runs.endBatch();
    if (position == limit) {
      int count = plain.read(ahead, 0, ahead.length);
      if (count < 0) {
        return -1;
      }
      position = 0;
      limit = count;
    }
    int count = Math.min(length, limit - position);
    System.arraycopy(ahead, position, target, offset, count);
    position += count;
    runs.beginBatch(output);
    return count;
  }

  @Override
  public int available() throws IOException {
    return limit - position + plain.available();
  }

  @Override
  public void close() throws IOException {
    plain.close();
  }
}
