package io.github.grpcuds.okhttp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.grpc.internal.ReadableBuffer;
import io.grpc.internal.ReadableBuffers;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackedInputTest {
  private final PackedInput input = new PackedInput();
  private final ByteArrayOutputStream added = new ByteArrayOutputStream();
  private final Random random = new Random(7);

  private void add(int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    added.write(bytes, 0, size);
    input.addBuffer(ReadableBuffers.wrap(bytes));
  }

  private static byte[] drain(ReadableBuffer buffer) {
    byte[] bytes = new byte[buffer.readableBytes()];
    buffer.readBytes(bytes, 0, bytes.length);
    buffer.close();
    return bytes;
  }

  /** What is taken out is read later, when more has come: it must not have changed. */
  @ParameterizedTest
  @ValueSource(ints = {1, 40, 3000, 20_000})
  void bytesComeOutAsTheyWentIn(int largest) {
    List<ReadableBuffer> taken = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      add(random.nextInt(largest + 1));
      int waiting = input.readableBytes();
      if (random.nextInt(3) == 0 && waiting > 0) {
        taken.add(input.readBytes(random.nextBoolean() ? waiting : 1 + random.nextInt(waiting)));
      }
    }
    ByteArrayOutputStream got = new ByteArrayOutputStream();
    for (ReadableBuffer buffer : taken) {
      byte[] bytes = drain(buffer);
      got.write(bytes, 0, bytes.length);
    }
    byte[] rest = drain(input);
    got.write(rest, 0, rest.length);
    assertArrayEquals(added.toByteArray(), got.toByteArray());
    assertEquals(0, input.readableBytes());
  }

  @Test
  void bytesCanBeReadInEveryWay() {
    add(10);
    add(20);
    byte[] all = added.toByteArray();
    assertEquals(all[0] & 0xff, input.readUnsignedByte());
    input.skipBytes(4);
    byte[] some = new byte[25];
    input.readBytes(some, 0, 25);
    assertEquals(all[29], some[24]);
    add(5);
    assertEquals(5, input.readableBytes());
  }

  @Test
  void largeBuffersAreKeptAsTheyAre() {
    ReadableBuffer large = ReadableBuffers.wrap(new byte[5000]);
    add(10);
    input.addBuffer(large);
    add(10);
    input.readBytes(10);
    assertSame(large, input.readBytes(5000));
    assertEquals(10, input.readableBytes());
  }

  @Test
  void emptyBuffersLeaveNothing() {
    for (int i = 0; i < 1000; i++) {
      add(0);
    }
    assertEquals(0, input.readableBytes());
    assertEquals(0, input.readBytes(0).readableBytes());
  }
}
