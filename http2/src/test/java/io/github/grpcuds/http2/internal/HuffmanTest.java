package io.github.grpcuds.http2.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class HuffmanTest {
  @Test
  void everyBitPatternOfPaddingIsJudged() {
    // '0' is 00000, 'a' 00011, '&' 11111000, '!' 1111111000 (RFC 7541, appendix B).
    assertDecodes("0", "00000 111");
    assertDecodes("a", "00011 111");
    assertDecodes("&", "11111000");
    assertDecodes("00000000", "00000 00000 00000 00000 00000 00000 00000 00000");
    for (String wrong : new String[] {"000", "001", "010", "011", "100", "101", "110"}) {
      assertRefused("00000" + wrong);
    }
  }

  @Test
  void sevenBitsOfPaddingAreTakenAndEightAreNot() {
    assertDecodes("", "");
    assertDecodes("!0", "1111111000 00000 1");
    assertDecodes("!&00", "1111111000 11111000 00000 00000 1111");
    assertDecodes("%-.", "010101 010110 010111 111111");
    assertDecodes("0000X00", "00000 00000 00000 00000 11111100 00000 00000 11");
    assertDecodes("&0!", "11111000 00000 1111111000 1");
    assertDecodes("00%&", "00000 00000 010101 11111000");
    assertDecodes("0A", "00000 100001 11111");
    assertDecodes(":00", "1011100 00000 00000 1111111");
    assertRefused("1111 1111");
    assertRefused("11111000 11111111");
    assertRefused("00000 111 11111111");
    assertRefused("1011100 0 0000 0000 01111111 11111111");
  }

  @Test
  void codeThatBreaksOffIsRefused() {
    assertRefused("00000 000");
    assertRefused("11111110"); // the start of '!', not of EOS
  }

  @Test
  void eosIsRefusedWhereverItStands() {
    String eos = "111111111111111111111111111111";
    assertRefused(eos + "11");
    assertRefused("00000" + eos + "11111");
    assertRefused(eos + "00000 11111");
    assertRefused(eos + eos + "1111");
    assertRefused(eos + "00000 00000 00000 00000 00000 00000 00000 00000 11");
  }

  @Test
  void outputThatDoesNotFitIsCountedOnly() {
    byte[] code = bits("00000 00011 00000 00011 00000 00011 00000 00011");
    byte[] out = {'x', 'x', 'x'};
    assertEquals(8, Huffman.decode(code, 0, code.length, out));
    assertArrayEquals(Blocks.ascii("0a0"), out);
    assertEquals(8, Huffman.decode(code, 0, code.length, new byte[0]));
  }

  @Test
  void onlyTheRangeGivenIsRead() {
    byte[] code = bits("11111111 00000111 11111111");
    byte[] out = new byte[8];
    assertEquals(1, Huffman.decode(code, 1, 2, out));
    assertEquals('0', out[0]);
  }

  private static void assertDecodes(String expected, String code) {
    byte[] in = bits(code);
    byte[] out = new byte[100];
    int length = Huffman.decode(in, 0, in.length, out);
    assertArrayEquals(Blocks.ascii(expected), Arrays.copyOf(out, Math.max(0, length)), code);
    assertEquals(expected.length(), length, code);
  }

  private static void assertRefused(String code) {
    byte[] in = bits(code);
    assertEquals(-1, Huffman.decode(in, 0, in.length, new byte[100]), code);
  }

  private static byte[] bits(String code) {
    String packed = code.replace(" ", "");
    assertEquals(0, packed.length() % 8, "not whole octets: " + code);
    byte[] octets = new byte[packed.length() / 8];
    for (int i = 0; i < octets.length; i++) {
      octets[i] = (byte) Integer.parseInt(packed.substring(8 * i, 8 * i + 8), 2);
    }
    return octets;
  }
}
