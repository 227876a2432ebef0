package io.github.grpcuds.server;

import io.github.grpcuds.transport.UdsChannel;
import java.io.IOException;
import java.util.Arrays;

/** Writes through a filter to a socket; used by one thread at a time. */
final class SocketOutput {
  private static final byte[] NONE = new byte[0];

  /** A larger array is given back when nothing waits in it. */
  private static final int KEPT_CAPACITY = 4096;

  private final UdsChannel channel;
  private final ByteFilter filter;
  private byte[] kept = NONE; // made by the filter, and not yet taken by the socket
  private int start;
  private int end;

  SocketOutput(UdsChannel channel, ByteFilter filter) {
    this.channel = channel;
    this.filter = filter;
  }

  /** Writes bytes; returns how many were taken, fewer if the socket takes no more now. */
  int write(byte[] buffer, int offset, int length) throws IOException {
    if (filter instanceof PlainFilter) {
      return channel.write(buffer, offset, length);
    }
    if (!writeKept()) {
      return 0;
    }
    int taken = filter.output(buffer, offset, length, this::keep);
    writeKept();
    return taken;
  }

  /** Writes a filter's farewell. */
  void close() throws IOException {
    if (writeKept()) {
      filter.closeOutput(this::keep);
      writeKept();
    }
  }

  /** True if there is something to write beyond what comes by {@link #write}. */
  boolean hasOwn() {
    return start < end || filter.wantsOutput();
  }

  /** True if the socket has not taken all that the filter made. */
  boolean isBlocked() {
    return start < end;
  }

  private void keep(byte[] buffer, int offset, int length) {
    if (length > kept.length - end) {
      kept = Arrays.copyOf(kept, Math.max(end + length, 2 * kept.length));
    }
    System.arraycopy(buffer, offset, kept, end, length);
    end += length;
  }

  /** True if all that was kept is written. */
  boolean writeKept() throws IOException {
    while (start < end) {
      int written = channel.write(kept, start, end - start);
      if (written == 0) {
        return false;
      }
      start += written;
    }
    start = 0;
    end = 0;
    if (kept.length > KEPT_CAPACITY) {
      kept = NONE;
    }
    return true;
  }
}
