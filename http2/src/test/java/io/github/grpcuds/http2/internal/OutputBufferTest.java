package io.github.grpcuds.http2.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class OutputBufferTest {
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private final OutputBuffer output = new OutputBuffer(new ArrayPool(32));
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
    switch (random.nextInt(5)) {
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
      case 3:
        bytes = new byte[random.nextInt(1 << random.nextInt(14))];
        random.nextBytes(bytes);
        byte[] padded = Blocks.concat(new byte[3], bytes, new byte[2]);
        output.writeBody(padded, 3, bytes.length, null);
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

  @Test
  void copiesWhatIsThereAndKeepsIt() {
    for (int i = 0; i < 200; i++) {
      append();
      ByteBuffer target = ByteBuffer.allocateDirect(random.nextInt(1 + 2 * output.size()));
      output.copyTo(target);
      target.flip();
      byte[] copied = new byte[target.remaining()];
      target.get(copied);
      byte[] all = written.toByteArray();
      assertEquals(all.length, output.size());
      assertArrayEquals(
          Arrays.copyOf(all, Math.min(all.length, target.capacity())), copied, "seed " + seed);
    }
  }

  @Test
  void largePartsOfBodiesAreNotCopied() {
    byte[] body = new byte[20_000];
    output.frameHeader(16_384, Frames.DATA, 0, 1);
    output.writeBody(body, 100, 16_384, null);
    output.advance(9);
    assertSame(body, output.array());
    assertEquals(100, output.offset());
    assertEquals(16_384, output.length());
  }

  @Test
  void smallPartsDoNotKeepLargeArrays() {
    byte[] body = new byte[256 * 1024];
    output.writeBody(body, 0, 10_000, null);
    assertNotSame(body, output.array());
  }

  private byte[] all() {
    ByteBuffer copy = ByteBuffer.allocate(output.size());
    output.copyTo(copy);
    output.advance(copy.position());
    return copy.array();
  }

  private void data(int streamId, int length, int flags, boolean grows) {
    assertEquals(grows, output.growData(length, 100, flags, streamId));
    if (!grows) {
      output.dataHeader(length, flags, streamId);
    }
    output.write(new byte[length], 0, length);
  }

  @Test
  void lastFrameGrowsWhileNobodyHasReadIt() {
    data(1, 40, 0, false);
    data(1, 60, Frames.END_STREAM, true);
    assertArrayEquals(TestFrames.frame(Frames.DATA, Frames.END_STREAM, 1, new byte[100]), all());

    data(1, 40, 0, false);
    output.array();
    data(1, 40, 0, false);
    ByteBuffer part = ByteBuffer.allocate(10);
    output.copyTo(part);
    data(1, 40, 0, false);
    byte[] frame = TestFrames.frame(Frames.DATA, 0, 1, new byte[40]);
    assertArrayEquals(Blocks.concat(frame, frame, frame), all());
  }

  @Test
  void frameDoesNotGrowBeyondItsStreamItsSizeOrAnotherFrame() {
    data(1, 40, 0, false);
    data(3, 40, 0, false);
    data(3, 61, 0, false);
    output.frameHeader(0, Frames.SETTINGS, Frames.ACK, 0);
    data(3, 1, 0, false);
    assertArrayEquals(
        Blocks.concat(
            TestFrames.frame(Frames.DATA, 0, 1, new byte[40]),
            TestFrames.frame(Frames.DATA, 0, 3, new byte[40]),
            TestFrames.frame(Frames.DATA, 0, 3, new byte[61]),
            TestFrames.settingsAck(),
            TestFrames.frame(Frames.DATA, 0, 3, new byte[1])),
        all());
  }

  private OutputChunk chunk(ArrayPool arrays) {
    OutputChunk chunk = OutputChunk.of(arrays);
    chunk.retain(); // as a queue does, until all of it is in the output
    return chunk;
  }

  @Test
  void chunkGoesBackWhenItsLastByteIsWritten() {
    ArrayPool arrays = new ArrayPool(1);
    OutputChunk chunk = chunk(arrays);
    for (int i = 0; i < OutputChunk.BYTES; i += 16_384) {
      output.frameHeader(16_384, Frames.DATA, 0, 1);
      output.writeBody(chunk.bytes(), i, 16_384, chunk);
    }
    chunk.release();
    output.advance(output.size() - 1);
    assertEquals(0, arrays.free());
    output.advance(1);
    assertEquals(1, arrays.free());
    assertSame(chunk.bytes(), arrays.take());
  }

  @Test
  void chunkThatIsCopiedGoesBackAtOnce() {
    ArrayPool arrays = new ArrayPool(1);
    OutputChunk chunk = chunk(arrays);
    output.writeBody(chunk.bytes(), 0, 100, chunk);
    chunk.release();
    assertEquals(1, arrays.free());
  }

  @Test
  void poolKeepsNoMoreThanItMay() {
    ArrayPool arrays = new ArrayPool(1);
    OutputChunk first = OutputChunk.of(arrays);
    OutputChunk second = OutputChunk.of(arrays);
    first.discard();
    second.discard();
    assertEquals(1, arrays.free());
    assertSame(first.bytes(), arrays.take());
  }

  @Test
  void arraysOfBodiesAreNotWrittenTo() {
    byte[] body = new byte[ArrayPool.ARRAY_BYTES]; // looks like one of the pool's
    for (int i = 0; i < 3; i++) {
      output.frameHeader(body.length, Frames.DATA, 0, 1);
      output.writeBody(body, 0, body.length, null);
      output.writeInt(-1);
      output.advance(output.size());
      byte[] other = new byte[ArrayPool.ARRAY_BYTES];
      Arrays.fill(other, (byte) 1);
      output.write(other, 0, other.length);
      output.advance(output.size());
    }
    assertArrayEquals(new byte[body.length], body);
  }
}
