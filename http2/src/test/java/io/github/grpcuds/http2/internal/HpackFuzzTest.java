package io.github.grpcuds.http2.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class HpackFuzzTest {
  private static final int INPUTS = 2000;

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private final RandomFields fields = new RandomFields(random);

  @Test
  void noiseNeitherPassesABoundNorFailsInAnUnknownWay() {
    for (int i = 0; i < INPUTS; i++) {
      run(fields.octets(random.nextInt(300)));
    }
  }

  @Test
  void damagedBlocksNeitherPassABoundNorFailInAnUnknownWay() throws Exception {
    int blocks = 0;
    for (int i = 0; i < INPUTS; i++) {
      blocks += run(connection());
    }
    assertTrue(blocks > INPUTS, "seed " + seed + ", blocks decoded: " + blocks);
  }

  @Test
  void inputIsSplitIntoBlocks() {
    assertEquals(0, HpackFuzz.decode(new byte[0]));
    assertEquals(0, HpackFuzz.decode(Blocks.hex("80 80")));
    assertEquals(2, HpackFuzz.decode(Blocks.hex("80 80 01 82 00")));
    assertEquals(1, HpackFuzz.decode(Blocks.hex("80 80 ff 82 83 84")));
    assertEquals(1, HpackFuzz.decode(Blocks.hex("80 80 01 82 01 80 01 82")));
    assertEquals(2, HpackFuzz.decode(Blocks.hex("80 80 fe 00 01 20 fe 01 02 3f 01")));
  }

  private int run(byte[] data) {
    try {
      return HpackFuzz.decode(data);
    } catch (RuntimeException | Error e) {
      throw new AssertionError("seed " + seed + ", input " + Blocks.hex(data, data.length), e);
    }
  }

  private byte[] connection() throws Exception {
    NettyPeer netty = new NettyPeer();
    HpackEncoder ours = new HpackEncoder();
    boolean fromNetty = random.nextBoolean();
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    data.write(128 + random.nextInt(2));
    data.write(random.nextInt(256));
    for (int i = random.nextInt(10); i >= 0; i--) {
      byte[] block = fromNetty ? netty.encode(fields.list()) : Blocks.encode(ours, fields.list());
      if (random.nextInt(4) == 0) {
        block = fields.damaged(block);
      }
      boolean last = i == 0 || block.length >= HpackFuzz.NEW_TABLE_SIZE;
      data.write(last ? HpackFuzz.THE_REST : block.length);
      data.write(block);
      if (last) {
        break;
      }
    }
    return data.toByteArray();
  }
}
