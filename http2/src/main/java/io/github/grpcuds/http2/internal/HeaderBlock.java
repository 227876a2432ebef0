package io.github.grpcuds.http2.internal;

import java.util.Arrays;

/** An encoded header block, which grows as it is written. */
final class HeaderBlock {
  /** A larger array is not kept for the next block. */
  private static final int KEPT = 16 * 1024;

  private byte[] array = new byte[256];
  private int length;

  /** The octets; only up to {@link #length}, and only until the next write. */
  byte[] array() {
    return array;
  }

  int length() {
    return length;
  }

  void put(int octet) {
    ensure(1);
    array[length++] = (byte) octet;
  }

  void put(byte[] source, int offset, int count) {
    ensure(count);
    System.arraycopy(source, offset, array, length, count);
    length += count;
  }

  /** Starts a new block. */
  void reset() {
    length = 0;
    if (array.length > KEPT) {
      array = new byte[256];
    }
  }

  private void ensure(int count) {
    if (count > array.length - length) {
      array = Arrays.copyOf(array, Math.max(Math.addExact(length, count), 2 * array.length));
    }
  }
}
