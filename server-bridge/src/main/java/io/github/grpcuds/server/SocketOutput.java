package io.github.grpcuds.server;

import io.github.grpcuds.http2.internal.OutputBuffer;
import io.github.grpcuds.transport.internal.channel.DirectBuffers;
import io.github.grpcuds.transport.internal.channel.SendBufferGrowth;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Writes through a filter to a socket; used by one thread at a time. */
final class SocketOutput {
  private static final byte[] NONE = new byte[0];
  private static final ByteBuffer EMPTY = ByteBuffer.wrap(NONE);

  /** Bytes of a write; more make it no faster. */
  private static final int CHUNK_BYTES = 128 * 1024;

  /** Bytes of a write through a filter: what a packet buffer has room for when it is through. */
  private static final int FILTERED_BYTES = 64 * 1024;

  /** A larger array is given back when nothing waits in it. */
  private static final int KEPT_CAPACITY = 4096;

  private final UdsChannel channel;
  private final ByteFilter filter;
  private final boolean plain;
  private final SendBufferGrowth room;
  private ByteBuffer taken = EMPTY; // to be written next
  private boolean full; // the socket took less than that
  private boolean copied; // into a buffer that is to be given back
  private byte[] kept = NONE; // made by the filter, and not yet taken by the socket
  private int start;
  private int end;

  SocketOutput(UdsChannel channel, ByteFilter filter) {
    this.channel = channel;
    this.filter = filter;
    this.plain = filter instanceof PlainFilter;
    this.room = new SendBufferGrowth(channel);
  }

  /**
   * Takes the first bytes of an output, to be written next; under the lock that guards it.
   *
   * @return how many
   */
  int take(OutputBuffer output) {
    int most = plain ? Integer.MAX_VALUE : FILTERED_BYTES;
    if (output.isEmpty()) {
      taken = EMPTY;
    } else if (output.length() == output.size() || output.length() >= most) {
      int length = Math.min(output.length(), most);
      taken = ByteBuffer.wrap(output.array(), output.offset(), length);
    } else {
      taken =
          plain
              ? DirectBuffers.take(CHUNK_BYTES)
              : ByteBuffer.wrap(PacketBuffers.take(), 0, FILTERED_BYTES);
      output.copyTo(taken);
      copied = true;
      taken.flip();
    }
    return taken.remaining();
  }

  /** Several calls use the socket: one is not to keep the others' answers waiting. */
  void share() {
    room.share();
  }

  /** Writes what was taken; returns how much of it, less if the socket takes no more now. */
  int write() throws IOException {
    try {
      return plain ? writePlain() : writeFiltered();
    } finally {
      if (copied && plain) {
        DirectBuffers.give(taken);
      } else if (copied) {
        PacketBuffers.give(taken.array());
      }
      copied = false;
      taken = EMPTY;
    }
  }

  private int writePlain() throws IOException {
    int start = taken.position();
    boolean wrote;
    do {
      wrote = writeOnce();
    } while (taken.hasRemaining() && room.grow(wrote));
    full = taken.hasRemaining();
    return taken.position() - start;
  }

  /** False if the socket took nothing. */
  private boolean writeOnce() throws IOException {
    int start = taken.position();
    if (taken.isDirect()) {
      channel.write(taken);
    } else {
      taken.position(start + channel.write(taken.array(), start, taken.remaining()));
    }
    return taken.position() > start;
  }

  private int writeFiltered() throws IOException {
    if (!writeKept()) {
      return 0;
    }
    int count = filter.output(taken.array(), taken.position(), taken.remaining(), this::keep);
    writeKept();
    return count;
  }

  /** Writes a filter's farewell. */
  void close() throws IOException {
    if (writeKept()) {
      filter.closeOutput(this::keep);
      writeKept();
    }
  }

  /** True if there is something to write beyond what comes by {@link #take}. */
  boolean hasOwn() {
    return start < end || filter.wantsOutput();
  }

  /** True if the socket has not taken all that it was given. */
  boolean isBlocked() {
    return full || start < end;
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
      start += written;
      if (start < end && !room.grow(written > 0)) {
        return false;
      }
    }
    start = 0;
    end = 0;
    if (kept.length > KEPT_CAPACITY) {
      kept = NONE;
    }
    return true;
  }
}
