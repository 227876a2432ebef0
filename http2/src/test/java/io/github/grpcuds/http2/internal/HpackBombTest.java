package io.github.grpcuds.http2.internal;

import static io.github.grpcuds.http2.internal.Blocks.concat;
import static io.github.grpcuds.http2.internal.Blocks.filled;
import static io.github.grpcuds.http2.internal.Blocks.hex;
import static io.github.grpcuds.http2.internal.Blocks.literal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Small blocks that stand for much: what they make the decoder allocate. */
final class HpackBombTest {
  private static final int BLOCK = 1 << 20;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final HpackDecoder decoder = new HpackDecoder(4096, 8192);

  @BeforeEach
  void loadClasses() throws Http2Exception {
    Blocks.decode(new HpackDecoder(4096, 8192), hex("82 40 81 1f 01 61"));
    threads.getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  @Test
  void referencesToALargeEntryCostNoMemory() throws Http2Exception {
    Blocks.decode(decoder, literal(0x40, "a", filled(4000, 'b')));
    byte[] bomb = filled(BLOCK, (char) 0xbe); // stands for 4 GiB
    HeaderList list = assertAllocates(8000, bomb); // less than two such entries
    assertTrue(list.tooLarge());
    assertEquals(2, list.size());
  }

  @Test
  void referencesToAnEmptyEntryCostWhatTheListMayHold() throws Http2Exception {
    Blocks.decode(decoder, hex("40 00 00"));
    HeaderList list = assertAllocates(8192, filled(BLOCK, (char) 0xbe));
    assertTrue(list.tooLarge());
    assertEquals(256, list.size());
  }

  @Test
  void literalsBeyondTheBoundCostNoMemory() throws Http2Exception {
    byte[] field = literal(0x00, "name", filled(100, 'b'));
    byte[] bomb = new byte[field.length * 10_000];
    for (int i = 0; i < 10_000; i++) {
      System.arraycopy(field, 0, bomb, i * field.length, field.length);
    }
    assertTrue(assertAllocates(20_000, bomb).tooLarge());
  }

  @Test
  void literalsThatWouldFitButComeTooLateCostNoMemory() throws Http2Exception {
    byte[] bomb = literal(0x00, "name", filled(8192, 'b'));
    byte[] field = literal(0x00, "n", filled(1, 'b'));
    for (int i = 0; i < 10; i++) {
      field = concat(field, field);
    }
    HeaderList list = assertAllocates(1000, concat(bomb, field));
    assertTrue(list.tooLarge());
    assertEquals(0, list.size());
  }

  @Test
  void hugeStringCostsNoMemory() throws Http2Exception {
    byte[] bomb = concat(hex("04"), Blocks.length(BLOCK), filled(BLOCK, 'b'));
    assertTrue(assertAllocates(1000, bomb).tooLarge());
  }

  @Test
  void hugeHuffmanStringCostsNoMemory() throws Http2Exception {
    byte[] code = new byte[BLOCK]; // zeros: eight '0' in each five octets
    byte[] length = Blocks.integer(0x80, 0x7f, BLOCK / 5 * 5);
    byte[] string = concat(length, Arrays.copyOf(code, BLOCK / 5 * 5));
    assertTrue(assertAllocates(1000, concat(hex("04"), string)).tooLarge());
    assertTrue(assertAllocates(1000, concat(hex("44"), string)).tooLarge());
    assertTrue(assertAllocates(1000, concat(hex("40"), string, string)).tooLarge());
  }

  @Test
  void sizeUpdatesAreTakenTwiceAtMost() throws Http2Exception {
    assertFalse(assertAllocates(1000, filled(2, ' ')).tooLarge());
    assertThrows(Http2Exception.class, () -> Blocks.decode(decoder, filled(3, ' ')));
  }

  @Test
  void tableOfManySmallEntriesStaysInItsBound() throws Http2Exception {
    byte[] field = hex("40 00 00");
    byte[] bomb = new byte[3 * 100_000];
    for (int i = 0; i < bomb.length; i += 3) {
      System.arraycopy(field, 0, bomb, i, 3);
    }
    assertAllocates(8192, bomb);
    assertEquals(128, decoder.table().length());
  }

  private HeaderList assertAllocates(long atMost, byte[] block) throws Http2Exception {
    long thread = Thread.currentThread().getId();
    long before = threads.getThreadAllocatedBytes(thread);
    HeaderList list = Blocks.decode(decoder, block);
    long allocated = threads.getThreadAllocatedBytes(thread) - before;
    assertTrue(
        allocated <= atMost, "Allocated " + allocated + " bytes, expected at most " + atMost);
    return list;
  }
}
