package io.github.grpcuds.transport.internal.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EpollEventsTest {
  @ParameterizedTest
  @CsvSource({"amd64, 12", "x86_64, 12", "i386, 12", "aarch64, 16", "arm, 16", "riscv64, 16"})
  void isLaidOutAsTheKernelHasIt(String arch, int size) {
    EpollEvents events = new EpollEvents(arch, 3);
    events.set(0, 1, -2);
    events.set(1, 5, Long.MAX_VALUE);
    events.set(2, 0x11, 7L << 32 | 9);
    ByteBuffer buffer = events.buffer();
    assertEquals(3 * size, buffer.capacity());
    assertEquals(5, buffer.getInt(size));
    assertEquals(Long.MAX_VALUE, buffer.getLong(size + size - 8));
    assertEquals(0x11, events.events(2));
    assertEquals(7L << 32 | 9, events.data(2));
    assertEquals(-2, events.data(0));
  }
}
