package io.github.grpcuds.transport.internal.posix;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An array of struct epoll_event in native memory: 32 bits of events, 64 bits of the caller's. They
 * are packed on x86 and aligned to 8 bytes elsewhere (epoll_ctl(2), sys/epoll.h).
 */
final class EpollEvents {
  private static final int PACKED_BYTES = 12;
  private static final int ALIGNED_BYTES = 16;

  private final int size;
  private final ByteBuffer buffer;

  EpollEvents(String arch, int count) {
    boolean x86 = arch.equals("amd64") || arch.equals("x86_64") || arch.matches("x86|i[3-6]86");
    size = x86 ? PACKED_BYTES : ALIGNED_BYTES;
    buffer = ByteBuffer.allocateDirect(count * size).order(ByteOrder.nativeOrder());
  }

  ByteBuffer buffer() {
    return buffer;
  }

  void set(int index, int events, long data) {
    buffer.putInt(index * size, events).putLong(dataAt(index), data);
  }

  int events(int index) {
    return buffer.getInt(index * size);
  }

  long data(int index) {
    return buffer.getLong(dataAt(index));
  }

  private int dataAt(int index) {
    return (index + 1) * size - Long.BYTES;
  }
}
