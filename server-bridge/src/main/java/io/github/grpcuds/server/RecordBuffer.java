package io.github.grpcuds.server;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Bytes of TLS records that cannot be unwrapped yet: a part of one, or what came while a task runs.
 *
 * <p>It holds no array when it is empty, and about twice what has come at most, whatever length a
 * record claims. Not thread-safe.
 */
final class RecordBuffer {
  /** Type, version and length of a record (RFC 8446, 5.1). */
  static final int HEADER = 5;

  private static final byte[] NONE = new byte[0];

  private byte[] bytes = NONE;
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  /** How many bytes the first record lacks, or its header while that is incomplete. */
  int missing() {
    if (size < HEADER) {
      return HEADER - size;
    }
    int length = (bytes[3] & 0xff) << 8 | (bytes[4] & 0xff);
    return Math.max(0, HEADER + length - size);
  }

  /** Moves bytes to the end of this: so many, or fewer if there are not as many. */
  void add(ByteBuffer source, int atMost) {
    int length = Math.min(atMost, source.remaining());
    if (length == 0) {
      return;
    }
    if (size + length > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(size + length, Math.min(2 * size, size + missing())));
    }
    source.get(bytes, size, length);
    size += length;
  }

  /** All bytes. What is read from it goes away with {@link #keep}. */
  ByteBuffer view() {
    return ByteBuffer.wrap(bytes, 0, size);
  }

  /** Keeps what is left in a view alone. */
  void keep(ByteBuffer view) {
    if (view.position() > 0) {
      size = view.remaining();
      bytes = size == 0 ? NONE : Arrays.copyOfRange(bytes, view.position(), view.limit());
    }
  }
}
