package io.github.grpcuds.http2.internal;

import java.nio.ByteBuffer;

/**
 * Bytes for the peer, in order, in segments.
 *
 * <p>Guarded by the lock of the connection's owner, but for one thing: the one thread that writes
 * may read the bytes from {@link #array}, {@link #offset} and {@link #length}, taken under the
 * lock, without it, until it calls {@link Http2Connection#written}. Others only append, which
 * leaves those bytes alone. Or it has them copied under the lock, by {@link #copyTo}.
 *
 * <p>Large parts of bodies are not copied but borrowed: their arrays are in the chain themselves.
 */
public final class OutputBuffer {
  /** Kept by an idle connection once it has written; enough for most replies. */
  private static final int SMALL_BYTES = 4096;

  /** A smaller part is copied: a segment costs more. */
  private static final int SMALLEST_BORROWED = 4096;

  /** How much larger than the part an array may be that is kept for it. */
  private static final int LARGEST_SHARE = 16;

  private final ArrayPool pool;
  private Segment small; // not in the chain; null until first used, or while in the chain
  private Segment head;
  private Segment tail;
  private Segment own; // in the chain: the last that is not borrowed; null if there is none
  private int size;
  private int owed; // bytes of the last frame's payload that have not come yet
  private boolean spoilt; // a frame was left in the middle: nothing may be written any more

  // The header of the last frame, if that is DATA and may still grow; else null.
  private Segment growing;
  private int growingAt; // in its array
  private int growingLength; // of the payload
  private int growingStream;

  OutputBuffer(ArrayPool pool) {
    this.pool = pool;
  }

  /** Bytes in one array, linked to the next. */
  static final class Segment {
    final byte[] bytes;
    int start;
    int end;
    boolean shared; // its array is somebody else's, or that of a later segment as well
    OutputChunk chunk; // held; null if the array is not that of one
    Segment next;

    Segment(byte[] bytes, int start, int end) {
      this.bytes = bytes;
      this.start = start;
      this.end = end;
    }
  }

  public boolean isEmpty() {
    return size == 0;
  }

  /** Memory that it takes beyond what it keeps for later. */
  long cost() {
    return size <= SMALL_BYTES ? 0 : (long) size + ArrayPool.ARRAY_BYTES;
  }

  /** True if every frame in it is complete. */
  boolean isWhole() {
    return owed == 0;
  }

  /** Drops all, and whatever comes: what is in it would be no frame. */
  void spoil() {
    spoilt = true;
    size = 0;
    head = null;
    tail = null;
    own = null;
    small = null;
    growing = null;
  }

  /** The number of bytes in it. */
  public int size() {
    return size;
  }

  /** Where the first bytes are; not to be called when empty. */
  public byte[] array() {
    growing = null;
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

  /** Copies the first bytes, as many as there is room for; they stay in it. */
  public void copyTo(ByteBuffer target) {
    growing = null;
    for (Segment s = head; s != null && target.hasRemaining(); s = s.next) {
      target.put(s.bytes, s.start, Math.min(s.end - s.start, target.remaining()));
    }
  }

  /**
   * Adds a part of a body, whose bytes change no more.
   *
   * @param chunk whose array it is; null if it is nobody's
   */
  void writeBody(byte[] source, int offset, int length, OutputChunk chunk) {
    if (length < SMALLEST_BORROWED || length < source.length / LARGEST_SHARE) {
      write(source, offset, length);
      return;
    }
    Segment borrowed = new Segment(source, offset, offset + length);
    borrowed.shared = true;
    if (chunk != null) {
      borrowed.chunk = chunk;
      chunk.retain();
    }
    append(borrowed);
    wrote(length);
  }

  private void wrote(int length) {
    size += length;
    owed -= length;
    if (spoilt) {
      spoil();
    }
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
    wrote(length);
  }

  /** A frame's header (RFC 9113, section 4.1), of which the payload is to follow. */
  void frameHeader(int length, int type, int flags, int streamId) {
    Segment segment = withRoom(9, 9 + length);
    byte[] bytes = segment.bytes;
    int at = segment.end;
    putLength(bytes, at, length);
    bytes[at + 3] = (byte) type;
    bytes[at + 4] = (byte) flags;
    putInt(bytes, at + 5, streamId);
    segment.end += 9;
    growing = null;
    owed = length + 9;
    wrote(9);
  }

  /** The header of a DATA frame, which can grow while it is the last one and nobody has read it. */
  void dataHeader(int length, int flags, int streamId) {
    frameHeader(length, Frames.DATA, flags, streamId);
    if (spoilt) {
      return;
    }
    growing = own;
    growingAt = own.end - Frames.HEADER_BYTES;
    growingLength = length;
    growingStream = streamId;
  }

  /**
   * Adds to the last frame's payload, which is to follow, instead of beginning another one.
   *
   * @return false if the last frame is none that can grow so much
   */
  boolean growData(int length, int most, int flags, int streamId) {
    if (growing == null || growingStream != streamId || length > most - growingLength) {
      return false;
    }
    growingLength += length;
    owed += length;
    byte[] bytes = growing.bytes;
    putLength(bytes, growingAt, growingLength);
    bytes[growingAt + 4] = (byte) flags;
    return true;
  }

  void writeInt(int value) {
    Segment segment = withRoom(4, 4);
    putInt(segment.bytes, segment.end, value);
    segment.end += 4;
    wrote(4);
  }

  void writeShort(int value) {
    Segment segment = withRoom(2, 2);
    segment.bytes[segment.end] = (byte) (value >>> 8);
    segment.bytes[segment.end + 1] = (byte) value;
    segment.end += 2;
    wrote(2);
  }

  private static void putLength(byte[] bytes, int at, int length) {
    bytes[at] = (byte) (length >>> 16);
    bytes[at + 1] = (byte) (length >>> 8);
    bytes[at + 2] = (byte) length;
  }

  private static void putInt(byte[] bytes, int at, int value) {
    bytes[at] = (byte) (value >>> 24);
    bytes[at + 1] = (byte) (value >>> 16);
    bytes[at + 2] = (byte) (value >>> 8);
    bytes[at + 3] = (byte) value;
  }

  /** The last segment, with room for {@code need} bytes; {@code expected} are to come soon. */
  private Segment withRoom(int need, int expected) {
    Segment last = own;
    if (last == null || last.bytes.length - last.end < need) {
      own = newSegment(expected);
      append(own);
    } else if (last != tail) { // it goes on after what is borrowed
      own = new Segment(last.bytes, last.end, last.end);
      last.shared = true;
      append(own);
    }
    return own;
  }

  private Segment newSegment(int expected) {
    if (head != null || expected > SMALL_BYTES) {
      return new Segment(pool.take(), 0, 0);
    }
    Segment added = small == null ? new Segment(new byte[SMALL_BYTES], 0, 0) : small;
    small = null;
    return added;
  }

  private void append(Segment added) {
    if (tail == null) {
      head = added;
    } else {
      tail.next = added;
    }
    tail = added;
  }

  /** Takes away bytes that have been written. */
  void advance(int count) {
    if (spoilt) {
      return;
    }
    size -= count;
    int left = count;
    while (left > 0) {
      Segment first = head;
      int part = Math.min(left, first.end - first.start);
      first.start += part;
      left -= part;
      if (first.start == first.end) {
        removeFirst();
      }
    }
  }

  private void removeFirst() {
    Segment first = head;
    head = first.next;
    if (head == null) {
      tail = null;
    }
    if (first == own) {
      own = null;
    }
    if (first.chunk != null) {
      first.chunk.release();
    } else if (!first.shared) {
      recycle(first);
    }
  }

  private void recycle(Segment segment) {
    if (segment.bytes.length == SMALL_BYTES) {
      segment.start = 0;
      segment.end = 0;
      segment.next = null;
      small = segment;
    } else {
      pool.give(segment.bytes);
    }
  }
}
