package io.github.grpcuds.http2.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Random lists and blocks through our HPACK and Netty's, many on one pair of tables. */
final class HpackNettyTest {
  private static final int CONNECTIONS = 60;
  private static final int BLOCKS = 60;

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private final RandomFields fields = new RandomFields(random);

  @Test
  void ourDecoderReadsOurEncoder() throws Exception {
    for (int connection = 0; connection < CONNECTIONS; connection++) {
      HpackEncoder encoder = new HpackEncoder();
      HpackDecoder decoder = new HpackDecoder(4096, 1 << 24);
      for (int i = 0; i < BLOCKS; i++) {
        for (int changes = fields.sizeChanges(); changes > 0; changes--) {
          int size = fields.tableSize();
          encoder.setMaxTableSize(size);
          decoder.setMaxTableSize(size);
        }
        HeaderList list = fields.list();
        byte[] block = Blocks.encode(encoder, list);
        HeaderList decoded = Blocks.decode(decoder, block);
        assertEquals(Blocks.fields(list), Blocks.fields(decoded), context(i, block));
        assertEquals(list.bytes(), decoded.bytes(), context(i, block));
        assertEquals(
            Blocks.fields(encoder.table()), Blocks.fields(decoder.table()), context(i, block));
      }
    }
  }

  @Test
  void nettysDecoderReadsOurEncoder() throws Exception {
    for (int connection = 0; connection < CONNECTIONS; connection++) {
      HpackEncoder encoder = new HpackEncoder();
      NettyPeer netty = new NettyPeer();
      for (int i = 0; i < BLOCKS; i++) {
        for (int changes = fields.sizeChanges(); changes > 0; changes--) {
          int size = fields.tableSize();
          encoder.setMaxTableSize(size);
          netty.decoder.maxHeaderTableSize(size);
        }
        HeaderList list = fields.list();
        byte[] block = Blocks.encode(encoder, list);
        assertEquals(Blocks.fields(list), netty.decode(block), context(i, block));
      }
    }
  }

  @Test
  void ourDecoderReadsNettysEncoder() throws Exception {
    for (int connection = 0; connection < CONNECTIONS; connection++) {
      HpackDecoder decoder = new HpackDecoder(4096, 1 << 24);
      NettyPeer netty = new NettyPeer();
      for (int i = 0; i < BLOCKS; i++) {
        // Once at most: of several Netty signals all, also one above the last, which is not
        // allowed.
        if (fields.sizeChanges() > 0) {
          int size = fields.tableSize();
          decoder.setMaxTableSize(size);
          netty.encoder.maxHeaderTableSize(size);
        }
        HeaderList list = fields.list();
        byte[] block = netty.encode(list);
        HeaderList decoded = Blocks.decode(decoder, block);
        assertEquals(sorted(list), sorted(decoded), context(i, block)); // Netty groups by name
        assertFalse(decoded.tooLarge());
      }
    }
  }

  @Test
  void everyOctetSurvivesNettysHuffmanCode() throws Exception {
    NettyPeer netty = new NettyPeer();
    HpackDecoder decoder = new HpackDecoder(4096, 8192);
    for (int octet = 0; octet < 256; octet++) {
      for (int padding = 0; padding < 8; padding++) {
        // Enough short codes that Netty finds the Huffman code the shorter one.
        byte[] value = Blocks.filled(60 + padding, 'a');
        value[30] = (byte) octet;
        byte[] block = netty.encode(new HeaderList().add(Blocks.ascii("n"), value));
        String fields = Blocks.fields(new HeaderList().add(Blocks.ascii("n"), value)).toString();
        HeaderList decoded = Blocks.decode(decoder, block);
        assertEquals(fields, Blocks.fields(decoded).toString());
        assertFalse(block.length > 60, "not in Huffman code");
      }
    }
  }

  /**
   * Blocks of noise and changed blocks fail at both or give the same fields.
   *
   * <p>Two differences are left out: Netty takes integers with up to nine octets after the prefix,
   * we take five; and any number of table size updates, we take two.
   */
  @Test
  void ourDecoderAndNettysAgreeOnDamagedBlocks() throws Exception {
    int refused = 0;
    for (int connection = 0; connection < 10_000; connection++) {
      HpackDecoder decoder = new HpackDecoder(4096, 1 << 24);
      NettyPeer netty = new NettyPeer();
      HpackEncoder ourSender = new HpackEncoder();
      NettyPeer nettysSender = new NettyPeer();
      boolean ours = random.nextBoolean();
      boolean more = true;
      for (int i = 0; i < 8 && more; i++) {
        HeaderList list = fields.list();
        byte[] block = ours ? Blocks.encode(ourSender, list) : nettysSender.encode(list);
        more = agree(decoder, netty, random.nextInt(6) == 0 ? fields.damaged(block) : block, i);
      }
      refused += more ? 0 : 1;
    }
    assertTrue(
        refused > 1000 && refused < 9000, "seed " + seed + ", connections that failed: " + refused);
  }

  /** False if the block was refused. */
  private boolean agree(HpackDecoder decoder, NettyPeer netty, byte[] block, int index) {
    List<String> decoded;
    try {
      decoded = Blocks.fields(Blocks.decode(decoder, block));
    } catch (Http2Exception e) {
      if (!e.getMessage().startsWith("Integer with more than 5 octets")
          && !e.getMessage().startsWith("More than 2 dynamic table size updates")) {
        assertNull(decodeByNetty(netty, block), () -> context(index, block).get() + ": " + e);
      }
      return false;
    }
    assertEquals(decoded, decodeByNetty(netty, block), context(index, block));
    return true;
  }

  private static List<String> decodeByNetty(NettyPeer netty, byte[] block) {
    try {
      return netty.decode(block);
    } catch (io.netty.handler.codec.http2.Http2Exception | RuntimeException e) {
      return null; // some errors are IllegalArgumentException there
    }
  }

  private Supplier<String> context(int index, byte[] block) {
    return () -> "seed " + seed + ", block " + index + ": " + Blocks.hex(block, block.length);
  }

  private static List<String> sorted(HeaderList list) {
    List<String> sorted = new ArrayList<>(Blocks.fields(list));
    Collections.sort(sorted);
    return sorted;
  }
}
