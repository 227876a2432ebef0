package io.github.grpcuds.http2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class OutputBufferTest {
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private final OutputBuffer output = new OutputBuffer(new SegmentPool());
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final ByteArrayOutputStream read = new ByteArrayOutputStream();

  @Test
  void bytesLeaveInOrderThoughMoreAreAppendedWhileAReaderHasSome() {
    for (int i = 0; i < 20_000; i++) {
      append();
      if (!output.isEmpty()) {
        byte[] array = output.array();
        int offset = output.offset();
        int length = 1 + random.nextInt(output.length());
        append();
        read.write(array, offset, length);
        output.advance(length);
      }
      assertEquals(written.size() - read.size(), output.size(), "seed " + seed);
    }
    while (!output.isEmpty()) {
      read.write(output.array(), output.offset(), output.length());
      output.advance(output.length());
    }
    assertArrayEquals(written.toByteArray(), read.toByteArray(), "seed " + seed);
  }

  private void append() {
    int number = random.nextInt();
    byte[] bytes = TestFrames.int32(number);
    switch (random.nextInt(4)) {
      case 0:
        output.writeInt(number);
        break;
      case 1:
        bytes = Arrays.copyOfRange(bytes, 2, 4);
        output.writeShort(number);
        break;
      case 2:
        int length = number >>> 8;
        bytes = TestFrames.head(length, number & 0xff, 5, number & 0x7fffffff);
        output.frameHeader(length, number & 0xff, 5, number & 0x7fffffff);
        break;
      default:
        bytes = new byte[random.nextInt(1 << random.nextInt(12))];
        random.nextBytes(bytes);
        output.write(bytes, 0, bytes.length);
        break;
    }
    written.write(bytes, 0, bytes.length);
  }

  @Test
  void nothingWrittenOfNothingIsFine() {
    output.advance(0);
    assertTrue(output.isEmpty());
    output.writeInt(1);
    output.advance(0);
    assertEquals(4, output.length());
  }
}
