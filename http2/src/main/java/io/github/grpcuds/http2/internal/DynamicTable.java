package io.github.grpcuds.http2.internal;

import java.util.Arrays;

/** The dynamic table of one direction (RFC 7541, section 2.3.2), a ring; index 0 is the newest. */
final class DynamicTable {
  /** The size both sides start with (RFC 9113, section 6.5.2). */
  static final int DEFAULT_BYTES = 4096;

  private byte[][] ring = new byte[16][]; // name, value, name, value; a power of two long
  private int next; // where in the ring the next entry goes
  private int count;
  private int bytes;
  private int maxBytes;

  DynamicTable(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** What an entry counts (section 4.1); long, for the sum of two lengths may pass an int. */
  static long entryBytes(byte[] name, byte[] value) {
    return (long) HeaderList.OVERHEAD + name.length + value.length;
  }

  /** The number of entries. */
  int length() {
    return count;
  }

  int bytes() {
    return bytes;
  }

  int maxBytes() {
    return maxBytes;
  }

  byte[] name(int index) {
    return ring[slot(index)];
  }

  byte[] value(int index) {
    return ring[slot(index) + 1];
  }

  /** The index of a field, or -1. Names are compared by identity, see {@link HeaderName}. */
  int find(byte[] name, byte[] value) {
    for (int i = 0; i < count; i++) {
      int slot = slot(i);
      if (ring[slot] == name && Arrays.equals(ring[slot + 1], value)) {
        return i;
      }
    }
    return -1;
  }

  /** The index of a field of a name, or -1. */
  int findName(byte[] name) {
    for (int i = 0; i < count; i++) {
      if (ring[slot(i)] == name) {
        return i;
      }
    }
    return -1;
  }

  /** Adds an entry and drops the oldest until all fit; one that never fits empties the table. */
  void add(byte[] name, byte[] value) {
    long added = entryBytes(name, value);
    if (added > maxBytes) {
      clear();
      return;
    }
    shrinkTo((int) (maxBytes - added));
    if (2 * count == ring.length) {
      grow();
    }
    ring[next] = name;
    ring[next + 1] = value;
    next = next + 2 & ring.length - 1;
    count++;
    bytes += (int) added;
  }

  void resize(int newMaxBytes) {
    maxBytes = newMaxBytes;
    shrinkTo(newMaxBytes);
  }

  void clear() {
    shrinkTo(0);
  }

  private void shrinkTo(int limit) {
    while (bytes > limit) {
      int oldest = slot(count - 1);
      bytes -= (int) entryBytes(ring[oldest], ring[oldest + 1]);
      ring[oldest] = null;
      ring[oldest + 1] = null;
      count--;
    }
  }

  private void grow() {
    byte[][] grown = new byte[2 * ring.length][];
    // A full ring: the oldest entry is where the next would go.
    System.arraycopy(ring, next, grown, 0, ring.length - next);
    System.arraycopy(ring, 0, grown, ring.length - next, next);
    next = ring.length;
    ring = grown;
  }

  private int slot(int index) {
    return next - 2 - 2 * index & ring.length - 1;
  }
}
