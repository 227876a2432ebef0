package io.github.grpcuds.http2.internal;

import static io.github.grpcuds.http2.internal.Blocks.assertRefused;
import static io.github.grpcuds.http2.internal.Blocks.concat;
import static io.github.grpcuds.http2.internal.Blocks.fields;
import static io.github.grpcuds.http2.internal.Blocks.filled;
import static io.github.grpcuds.http2.internal.Blocks.hex;
import static io.github.grpcuds.http2.internal.Blocks.literal;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Collections;
import org.junit.jupiter.api.Test;

final class HpackDecoderTest {
  private final HpackDecoder decoder = new HpackDecoder(4096, 8192);

  @Test
  void indexZeroIsRefused() {
    assertRefused(decoder, "80", "Index 0, dynamic entries: 0");
  }

  @Test
  void indexBeyondTheTablesIsRefused() throws Http2Exception {
    decode(literal(0x40, "a", filled(1, 'b')));
    decode(hex("be"));
    assertRefused(decoder, "bf", "Index 63, dynamic entries: 1");
  }

  @Test
  void nameIndexBeyondTheTablesIsRefused() {
    assertRefused(decoder, "7e 00", "Index 62, dynamic entries: 0");
    assertRefused(decoder, "0f 2f 00", "Index 62, dynamic entries: 0");
    assertRefused(decoder, "1f 2f 00", "Index 62, dynamic entries: 0");
  }

  @Test
  void largestIndexIsRefused() {
    assertRefused(decoder, "ff 80 ff ff ff 07", "Index 2147483647, dynamic entries: 0");
  }

  @Test
  void integerThatOverflowsIsRefused() {
    assertRefused(decoder, "ff 81 ff ff ff 07", "Integer too large: 2147483648");
    assertRefused(decoder, "ff ff ff ff ff 7f", "Integer too large: 34359738494");
  }

  @Test
  void integerOfTooManyOctetsIsRefusedThoughItsValueIsSmall() throws Http2Exception {
    decode(hex("0f 80 80 80 80 00 00"));
    assertRefused(
        decoder, "0f 80 80 80 80 80 00 00", "Integer with more than 5 octets after its prefix");
  }

  @Test
  void blockThatEndsWithinAFieldIsRefused() throws Http2Exception {
    byte[] whole = hex("400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572");
    for (int length = 1; length < whole.length; length++) {
      HpackDecoder fresh = new HpackDecoder(4096, 8192);
      byte[] block = Arrays.copyOf(whole, length);
      String message =
          length == 1 || length == 12
              ? "Header block ends within a field"
              : length < 12
                  ? "String of 10 octets, the block has " + (length - 2)
                  : "String of 13 octets, the block has " + (length - 13);
      assertRefused(fresh, block, message);
    }
    assertRefused(decoder, "ff", "Header block ends within a field");
    assertRefused(decoder, "ff 80", "Header block ends within a field");
  }

  @Test
  void octetsAfterTheBlockAreNotRead() throws Http2Exception {
    byte[] block = hex("ffff 82 04 05 6161 6161 61 ff");
    assertEquals(
        Arrays.asList(":method: GET", ":path: aaaaa"), fields(decoder.decode(block, 2, 8)));
    Http2Exception e = assertThrows(Http2Exception.class, () -> decoder.decode(block, 2, 7));
    assertEquals("String of 5 octets, the block has 4", e.getMessage());
  }

  @Test
  void stringLongerThanAnArrayCanBeIsRefused() {
    assertRefused(decoder, "04 7f 80 ff ff ff 07", "String of 2147483647 octets, the block has 0");
  }

  @Test
  void badHuffmanCodeIsRefusedInNameAndValue() {
    assertRefused(decoder, "00 81 00 00", "Huffman code with EOS or bad padding, octets: 1");
    assertRefused(decoder, "04 82 ff ff", "Huffman code with EOS or bad padding, octets: 2");
  }

  @Test
  void badHuffmanCodeIsRefusedInAFieldThatIsNotKept() {
    HpackDecoder small = new HpackDecoder(0, 0);
    assertRefused(small, "04 81 00", "Huffman code with EOS or bad padding, octets: 1");
  }

  @Test
  void sizeUpdateAboveTheLimitIsRefused() throws Http2Exception {
    decode(hex("3f e1 1f")); // 4096
    assertRefused(decoder, "3f e2 1f", "Dynamic table size 4097, at most 4096");
  }

  @Test
  void sizeUpdateAfterAFieldIsRefused() {
    assertRefused(decoder, "82 20", "Dynamic table size update after a field");
  }

  @Test
  void sizeUpdatesBeforeTheFirstFieldAreObeyed() throws Http2Exception {
    decode(literal(0x40, "a", filled(1, 'b')));
    assertEquals(1, decoder.table().length());
    assertEquals(Collections.singletonList(":method: GET"), fields(decode(hex("20 3f e1 1f 82"))));
    assertEquals(0, decoder.table().length());
    assertEquals(4096, decoder.table().maxBytes());
  }

  @Test
  void loweredLimitAsksForASizeUpdate() {
    decoder.setMaxTableSize(100);
    assertRefused(decoder, "82", "No dynamic table size update to 100 or less");
    assertRefused(decoder, "3f 46 82", "Dynamic table size 101, at most 100");
  }

  @Test
  void loweredLimitIsSatisfiedByOneSizeUpdate() throws Http2Exception {
    decoder.setMaxTableSize(100);
    decode(hex("3f 45 82"));
    decode(hex("82"));
    assertEquals(100, decoder.table().maxBytes());
  }

  @Test
  void limitLoweredAndRaisedAsksForTheLowest() throws Http2Exception {
    decoder.setMaxTableSize(0);
    decoder.setMaxTableSize(4096);
    assertRefused(decoder, "3f e1 1f 82", "No dynamic table size update to 0 or less");
    decode(hex("20 3f e1 1f 82"));
  }

  @Test
  void limitLoweredTwiceAsksForTheLowest() {
    decoder.setMaxTableSize(0);
    decoder.setMaxTableSize(100);
    assertRefused(decoder, "3f 45 82", "No dynamic table size update to 0 or less");
  }

  @Test
  void limitLoweredToNoLessThanTheTableAsksForNothing() throws Http2Exception {
    HpackDecoder large = new HpackDecoder(65536, 8192);
    large.setMaxTableSize(4096);
    Blocks.decode(large, hex("82"));
    assertRefused(large, "3f e2 1f", "Dynamic table size 4097, at most 4096");
  }

  @Test
  void raisedLimitIsUsedOnceThePeerSaysSo() throws Http2Exception {
    decoder.setMaxTableSize(8192);
    decode(hex("82"));
    assertEquals(4096, decoder.table().maxBytes());
    decode(hex("3f e1 3f 82"));
    assertEquals(8192, decoder.table().maxBytes());
  }

  @Test
  void fieldLargerThanTheTableIsReturnedAndEmptiesTheTable() throws Http2Exception {
    decode(literal(0x40, "a", filled(1, 'b')));
    HeaderList list = decode(literal(0x40, "c", filled(4096, 'd')));
    assertFalse(list.tooLarge());
    assertArrayEquals(filled(4096, 'd'), list.value(0));
    assertEquals(0, decoder.table().length());
  }

  @Test
  void nameOfAnEntryThatItsOwnFieldPushesOutCanBeUsed() throws Http2Exception {
    decode(literal(0x40, "name", filled(4000, 'a')));
    HeaderList list = decode(concat(hex("7e"), Blocks.length(4001), filled(4001, 'b')));
    assertArrayEquals(Blocks.ascii("name"), list.name(0));
    assertEquals(1, decoder.table().length());
    assertSame(list.value(0), decoder.table().value(0));
  }

  @Test
  void emptyNameAndValueAreFields() throws Http2Exception {
    assertEquals(Arrays.asList(": ", ": "), fields(decode(hex("40 00 00 be"))));
    assertEquals(32, decoder.table().bytes());
    assertEquals(Collections.singletonList(": "), fields(decode(hex("00 80 80"))));
  }

  @Test
  void emptyBlockHasNoFields() throws Http2Exception {
    assertEquals(0, decode(new byte[0]).size());
  }

  @Test
  void referencesShareTheTablesArrays() throws Http2Exception {
    HeaderList first = decode(literal(0x40, "custom", filled(3, 'x')));
    HeaderList again = decode(hex("be 82"));
    assertSame(first.name(0), again.name(0));
    assertSame(first.value(0), again.value(0));
    assertSame(StaticTable.name(2), again.name(1));
    assertSame(StaticTable.value(2), again.value(1));
  }

  @Test
  void wellKnownNamesAreSharedThoughSpelledOut() throws Http2Exception {
    byte[] te = HeaderName.shared(Blocks.ascii("te"));
    assertSame(te, decode(literal(0x00, "te", Blocks.ascii("trailers"))).name(0));
    assertSame(StaticTable.name(31), decode(literal(0x00, "content-type", filled(1, 'x'))).name(0));
    assertSame(te, decode(hex("00 82 497f 00")).name(0));
  }

  @Test
  void listUpToItsBoundIsWhole() throws Http2Exception {
    HpackDecoder small = new HpackDecoder(4096, 100);
    HeaderList list = Blocks.decode(small, literal(0x00, "12345678", filled(60, 'x')));
    assertFalse(list.tooLarge());
    assertEquals(100, list.bytes());
  }

  @Test
  void listBeyondItsBoundKeepsItsFirstFieldsAndTheTablesStep() throws Http2Exception {
    HpackDecoder small = new HpackDecoder(4096, 100);
    HeaderList list =
        Blocks.decode(
            small,
            concat(
                hex("82"), // 42 octets
                literal(0x40, "1234", filled(23, 'x')), // 59, one too many
                hex("83"), // would fit, but comes after the gap
                literal(0x40, "a", filled(1, 'b'))));
    assertTrue(list.tooLarge());
    assertEquals(Collections.singletonList(":method: GET"), fields(list));
    assertEquals(Arrays.asList("a: b", "1234: xxxxxxxxxxxxxxxxxxxxxxx"), fields(small.table()));
    HeaderList next = Blocks.decode(small, hex("be"));
    assertFalse(next.tooLarge());
    assertEquals(Collections.singletonList("a: b"), fields(next));
  }

  @Test
  void fieldTooLargeForListAndTableEmptiesTheTable() throws Http2Exception {
    HpackDecoder small = new HpackDecoder(100, 200);
    Blocks.decode(small, literal(0x40, "a", filled(1, 'b')));
    assertTrue(Blocks.decode(small, literal(0x40, "c", filled(168, 'd'))).tooLarge());
    assertEquals(0, small.table().length());
    Blocks.decode(small, literal(0x40, "a", filled(1, 'b')));
    byte[] longName = concat(hex("40 7f 4a"), filled(201, 'e'), hex("01 66"));
    assertTrue(Blocks.decode(small, longName).tooLarge());
    assertEquals(0, small.table().length());
  }

  @Test
  void fieldTooLargeForTheListAloneIsStillIndexed() throws Http2Exception {
    HpackDecoder small = new HpackDecoder(4096, 40);
    assertTrue(Blocks.decode(small, literal(0x40, "c", filled(168, 'd'))).tooLarge());
    assertEquals(201, small.table().bytes());
  }

  @Test
  void errorsAreFoundInFieldsThatAreNotKept() {
    HpackDecoder small = new HpackDecoder(4096, 0);
    assertRefused(small, "82 80", "Index 0, dynamic entries: 0");
    assertRefused(small, "82 20", "Dynamic table size update after a field");
    assertRefused(small, "82 04 02 61", "String of 2 octets, the block has 1");
  }

  private HeaderList decode(byte[] block) throws Http2Exception {
    return Blocks.decode(decoder, block);
  }
}
