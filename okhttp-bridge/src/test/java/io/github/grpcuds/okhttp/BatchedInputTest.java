package io.github.grpcuds.okhttp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BatchedInputTest {
  private static final int AHEAD_BYTES = 64 * 1024;

  private final FakeConnection connection = new FakeConnection();
  private final byte[] content = new byte[200_000];
  private final List<Integer> asked = new ArrayList<>();
  private final InputStream plain =
      new ByteArrayInputStream(content) {
        @Override
        public synchronized int read(byte[] target, int offset, int length) {
          asked.add(length);
          return super.read(target, offset, length);
        }
      };
  private final InputStream input = new BatchedInput(plain, connection.channel, connection.writer);

  BatchedInputTest() {
    new Random(1).nextBytes(content);
    connection.channel.input = plain;
  }

  @AfterEach
  void endBatch() {
    DeferredRuns.current().endBatch();
  }

  @Test
  void readsInAnySizeGiveAllBytesAndTheEnd() throws IOException {
    Random random = new Random(2);
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    byte[] buffer = new byte[20_000];
    for (int count = 0; count >= 0; ) {
      read.write(buffer, 0, count);
      count = input.read(buffer, 0, 1 + random.nextInt(buffer.length));
    }
    assertArrayEquals(content, read.toByteArray());
    assertEquals(-1, input.read());
    assertEquals(-1, input.read(buffer, 0, 1));
  }

  @Test
  void readsAhead() throws IOException {
    byte[] buffer = new byte[8192];
    for (int i = 0; i < 1 + AHEAD_BYTES / buffer.length; i++) {
      assertEquals(buffer.length, input.read(buffer, 0, buffer.length));
    }
    assertEquals(Arrays.asList(buffer.length, AHEAD_BYTES), asked);
  }

  @Test
  void looksForMoreOnlyIfTheLastReadWasFilled() throws IOException {
    byte[] buffer = new byte[content.length + 1];
    assertEquals(content.length, input.read(buffer, 0, buffer.length));
    assertEquals(-1, input.read(buffer, 0, buffer.length));
    assertEquals(0, connection.channel.reads);
  }

  @Test
  void leavesWaitingToThePlainStream() throws IOException {
    byte[] buffer = new byte[content.length];
    assertEquals(content.length, input.read(buffer, 0, buffer.length));
    assertEquals(-1, input.read(buffer, 0, buffer.length));
    assertEquals(1, connection.channel.reads);
    assertEquals(Arrays.asList(content.length, content.length), asked);
  }

  @Test
  void readOfNothingAsksForNothing() throws IOException {
    assertEquals(0, input.read(new byte[1], 0, 0));
    assertEquals(Collections.emptyList(), asked);
  }

  @Test
  void singleBytesAreNotNegative() throws IOException {
    for (int i = 0; i < 300; i++) {
      assertEquals(content[i] & 0xff, input.read());
    }
  }

  @Test
  void availableCountsWhatWasReadAhead() throws IOException {
    assertEquals(AHEAD_BYTES, input.available());
    assertEquals(content[0] & 0xff, input.read());
    assertEquals(AHEAD_BYTES - 1, input.available());
  }

  @Test
  void skipCountsWhatWasReadAhead() throws IOException {
    input.read();
    long skipped = 0;
    while (skipped < 100_000) {
      skipped += input.skip(100_000 - skipped);
    }
    assertEquals(content[100_001] & 0xff, input.read());
  }

  @Test
  void whatWasPutOffIsWrittenBeforeTheNextRead() throws IOException {
    List<String> ran = new ArrayList<>();
    input.read();
    connection.add(() -> ran.add("writer"));
    connection.pool.clear();
    DeferredRuns.current().offer(connection.writer);
    assertEquals(Collections.emptyList(), ran);
    input.read();
    assertEquals(Arrays.asList("writer"), ran);
  }

  @Test
  void batchAfterOneThatCausedOutputIsSmall() throws IOException {
    byte[] buffer = new byte[8192];
    input.read();
    connection.add(() -> {});
    DeferredRuns.current().offer(connection.writer);
    assertEquals(2048, input.read(buffer, 0, buffer.length));
    assertEquals(buffer.length, input.read(buffer, 0, buffer.length));
    assertArrayEquals(Arrays.copyOfRange(content, 2049, 2049 + buffer.length), buffer);
  }
}
