package io.github.grpcuds.android.platform;

import java.nio.ByteBuffer;

/**
 * What a native method reads into or writes from: memory outside the heap, for an array a copy of
 * at most 64 KiB, which is as much as one call transfers.
 */
final class NativeBytes {
  private static final int MOST_BYTES = 64 * 1024;
  private static final ThreadLocal<ByteBuffer> COPIES =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(MOST_BYTES));

  final ByteBuffer memory;
  final int count;
  private final byte[] array; // null for a direct buffer
  private final int offset;

  /** A part of an array, or of a direct buffer, whose position does not matter. */
  NativeBytes(Object buffer, int offset, int count) {
    this.array = buffer instanceof byte[] ? (byte[]) buffer : null;
    this.offset = offset;
    this.count = array == null ? count : Math.min(count, MOST_BYTES);
    this.memory = array == null ? ((ByteBuffer) buffer).duplicate() : COPIES.get();
    this.memory.clear();
    this.memory.limit(position() + this.count).position(position());
  }

  private int position() {
    return array == null ? offset : 0;
  }

  ByteBuffer toSend() {
    if (array != null) {
      memory.put(array, offset, count).flip();
    }
    return memory;
  }

  int received(int bytes) {
    if (array != null) {
      memory.get(array, offset, bytes);
    }
    return bytes;
  }
}
