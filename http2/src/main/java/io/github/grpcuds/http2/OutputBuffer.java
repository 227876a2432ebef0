package io.github.grpcuds.http2;

/**
 * Bytes for the peer, in order, in segments.
 *
 * <p>Guarded by the lock of the connection's owner, but for one thing: the one thread that writes
 * may read the bytes from {@link #array}, {@link #offset} and {@link #length}, taken under the
 * lock, without it, until it calls {@link Http2Connection#written}. Others only append, which
 * leaves those bytes alone.
 */
public final class OutputBuffer {
  /** Kept by an idle connection once it has written; enough for most replies. */
  private static final int SMALL_BYTES = 4096;

  private final SegmentPool pool;
  private Segment small; // not in the chain; null until first used, or while in the chain
  private Segment head;
  private Segment tail;
  private int size;

  OutputBuffer(SegmentPool pool) {
    this.pool = pool;
  }

  /** Bytes in one array, linked to the next. */
  static final class Segment {
    final byte[] bytes;
    int start;
    int end;
    Segment next;

    Segment(int capacity) {
      bytes = new byte[capacity];
    }
  }

  public boolean isEmpty() {
    return size == 0;
  }

  /** The number of bytes in it. */
  public int size() {
    return size;
  }

  /** Where the first bytes are; not to be called when empty. */
  public byte[] array() {
    return head.bytes;
  }

  /** The index of the first byte in {@link #array}. */
  public int offset() {
    return head.start;
  }

  /** How many bytes follow each other in {@link #array}. */
  public int length() {
    return head.end - head.start;
  }

  void write(byte[] source, int offset, int length) {
    int from = offset;
    int left = length;
    while (left > 0) {
      Segment segment = withRoom(1, left);
      int count = Math.min(left, segment.bytes.length - segment.end);
      System.arraycopy(source, from, segment.bytes, segment.end, count);
      segment.end += count;
      from += count;
      left -= count;
    }
    size += length;
  }

  /** A frame's header (RFC 9113, section 4.1), of which the payload is to follow. */
  void frameHeader(int length, int type, int flags, int streamId) {
    Segment segment = withRoom(9, 9 + length);
    byte[] bytes = segment.bytes;
    int at = segment.end;
    bytes[at] = (byte) (length >>> 16);
    bytes[at + 1] = (byte) (length >>> 8);
    bytes[at + 2] = (byte) length;
    bytes[at + 3] = (byte) type;
    bytes[at + 4] = (byte) flags;
    putInt(bytes, at + 5, streamId);
    segment.end += 9;
    size += 9;
  }

  void writeInt(int value) {
    Segment segment = withRoom(4, 4);
    putInt(segment.bytes, segment.end, value);
    segment.end += 4;
    size += 4;
  }

  void writeShort(int value) {
    Segment segment = withRoom(2, 2);
    segment.bytes[segment.end] = (byte) (value >>> 8);
    segment.bytes[segment.end + 1] = (byte) value;
    segment.end += 2;
    size += 2;
  }

  private static void putInt(byte[] bytes, int at, int value) {
    bytes[at] = (byte) (value >>> 24);
    bytes[at + 1] = (byte) (value >>> 16);
    bytes[at + 2] = (byte) (value >>> 8);
    bytes[at + 3] = (byte) value;
  }

  /** The last segment, with room for {@code need} bytes; {@code expected} are to come soon. */
  private Segment withRoom(int need, int expected) {
    Segment last = tail;
    if (last != null && last.bytes.length - last.end >= need) {
      return last;
    }
    Segment added;
    if (last == null && expected <= SMALL_BYTES) {
      added = small == null ? new Segment(SMALL_BYTES) : small;
      small = null;
    } else {
      added = pool.take();
    }
    if (last == null) {
      head = added;
    } else {
      last.next = added;
    }
    tail = added;
    return added;
  }

  /** Takes away bytes that have been written: at most {@link #length}. */
  void advance(int count) {
    if (count == 0) {
      return; // there may be no segment
    }
    Segment first = head;
    first.start += count;
    size -= count;
    if (first.start < first.end) {
      return;
    }
    head = first.next;
    if (head == null) {
      tail = null;
    }
    recycle(first);
  }

  private void recycle(Segment segment) {
    segment.start = 0;
    segment.end = 0;
    segment.next = null;
    if (segment.bytes.length == SMALL_BYTES) {
      small = segment;
    } else {
      pool.give(segment);
    }
  }

  /** Gives everything back; nothing is written any more, and no thread is about to read. */
  void clear() {
    while (head != null) {
      advance(length());
    }
    small = null;
  }
}
