package io.github.grpcuds.transport.internal.posix;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A value-result argument: room for what a function tells, and for its length, which is at first
 * that of the room.
 */
final class ValueResult {
  final ByteBuffer value;
  final ByteBuffer length;

  ValueResult(int bytes) {
    ByteBuffer memory = ByteBuffer.allocateDirect(Integer.BYTES + bytes);
    memory.limit(Integer.BYTES);
    length = memory.slice().order(ByteOrder.nativeOrder());
    memory.clear().position(Integer.BYTES);
    value = memory.slice().order(ByteOrder.nativeOrder());
    length.putInt(0, bytes);
  }

  /** How much was told, or there was to tell. */
  int length() {
    return length.getInt(0);
  }
}
