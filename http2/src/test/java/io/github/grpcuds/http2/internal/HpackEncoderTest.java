package io.github.grpcuds.http2.internal;

import static io.github.grpcuds.http2.internal.Blocks.filled;
import static io.github.grpcuds.http2.internal.Blocks.list;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Arrays;
import java.util.Collections;
import org.junit.jupiter.api.Test;

final class HpackEncoderTest {
  private final HpackEncoder encoder = new HpackEncoder();

  @Test
  void fieldOfTheStaticTableIsOneOctet() {
    assertEncodes(
        "88 8d 82 86", ":status", "200", ":status", "404", ":method", "GET", ":scheme", "http");
    assertEquals(0, encoder.table().length());
  }

  @Test
  void headersAndTrailersOfACallAreOneOctetAFieldFromTheSecondTimeOn() {
    HeaderList headers =
        list(":status", "200", "content-type", "application/grpc", "grpc-encoding", "gzip");
    HeaderList trailers = list("grpc-status", "0");
    assertEquals(1 + 18 + 1 + 14 + 5, Blocks.encode(encoder, headers).length);
    assertEquals(1 + 12 + 2, Blocks.encode(encoder, trailers).length);
    assertArrayEquals(Blocks.hex("88 c0 bf"), Blocks.encode(encoder, headers));
    assertArrayEquals(Blocks.hex("be"), Blocks.encode(encoder, trailers));
  }

  @Test
  void anotherValueOfAnIndexedNameRefersToTheName() {
    Blocks.encode(encoder, list("grpc-status", "0"));
    assertEncodes("7e 01 35", "grpc-status", "5");
    assertEquals(Arrays.asList("grpc-status: 5", "grpc-status: 0"), Blocks.fields(encoder.table()));
    assertEncodes("48 03 343135", ":status", "415");
    assertEncodes("be", ":status", "415");
  }

  @Test
  void otherFieldsStayOutOfTheTable() {
    assertEncodes("00 03 782d61 01 62", "x-a", "b");
    assertEncodes("00 0c 677270632d6d657373616765 02 6f6b", "grpc-message", "ok");
    assertEncodes("0f 12 01 78", "date", "x");
    assertEncodes("00 00 00", "", "");
    assertEquals(0, encoder.table().length());
  }

  @Test
  void secretsAreNeverIndexed() {
    assertEncodes("1f 08 01 78", "authorization", "x");
    assertEncodes("1f 11 01 78", "cookie", "x");
    assertEncodes("1f 22 01 78", "proxy-authorization", "x");
    assertEncodes("1f 28 01 78", "set-cookie", "x");
    assertEquals(0, encoder.table().length());
  }

  @Test
  void largeFieldIsNotIndexed() {
    Blocks.encode(
        encoder, new HeaderList().add(Blocks.ascii("server"), filled(1024 - 38 + 1, 'x')));
    assertEquals(0, encoder.table().length());
    Blocks.encode(encoder, new HeaderList().add(Blocks.ascii("server"), filled(1024 - 38, 'x')));
    assertEquals(1, encoder.table().length());
  }

  @Test
  void lengthsTakeAsManyOctetsAsTheyNeed() throws Http2Exception {
    for (int length : new int[] {0, 1, 126, 127, 128, 254, 255, 16510, 16511, 2_100_000}) {
      byte[] block =
          Blocks.encode(encoder, new HeaderList().add(filled(length, 'n'), filled(1, 'v')));
      assertArrayEquals(
          Blocks.length(length), Arrays.copyOfRange(block, 1, block.length - 2 - length));
      HeaderList decoded = Blocks.decode(new HpackDecoder(4096, 1 << 22), block);
      assertEquals(length, decoded.name(0).length);
    }
  }

  @Test
  void smallerTableIsSignalledOnceAndFirst() {
    Blocks.encode(encoder, list("server", "x", "grpc-status", "0"));
    encoder.setMaxTableSize(50);
    assertEncodes("3f 13 88", ":status", "200");
    assertEncodes("88", ":status", "200");
    assertEquals(Collections.singletonList("grpc-status: 0"), Blocks.fields(encoder.table()));
  }

  @Test
  void ofSeveralSizesTheSmallestAndTheLastAreSignalled() {
    Blocks.encode(encoder, list("server", "x"));
    encoder.setMaxTableSize(100);
    encoder.setMaxTableSize(0);
    encoder.setMaxTableSize(70);
    encoder.setMaxTableSize(4096);
    assertEncodes("20 3f e1 1f 76 01 78", "server", "x");
    assertEncodes("be", "server", "x");
  }

  @Test
  void sizesThatOnlyFallAreSignalledByTheLast() {
    encoder.setMaxTableSize(100);
    encoder.setMaxTableSize(50);
    assertEncodes("3f 13 88", ":status", "200");
  }

  @Test
  void tableNeverGrowsBeyondOurOwnBound() {
    encoder.setMaxTableSize(0xffff_ffffL);
    assertEncodes("88", ":status", "200");
    encoder.setMaxTableSize(0);
    encoder.setMaxTableSize(1 << 20);
    assertEncodes("20 3f e1 1f 88", ":status", "200");
    assertEquals(4096, encoder.table().maxBytes());
  }

  @Test
  void emptyListStillSignalsTheSize() {
    encoder.setMaxTableSize(0);
    assertEncodes("20");
    assertEncodes("");
  }

  @Test
  void withoutATableNothingIsIndexed() {
    encoder.setMaxTableSize(0);
    assertEncodes("20 0f 27 01 78", "server", "x");
    assertEncodes("0f 27 01 78", "server", "x");
  }

  @Test
  void blockKeepsItsArrayUnlessThatIsLarge() {
    HeaderBlock block = new HeaderBlock();
    encoder.encode(list("x", "y"), block);
    byte[] array = block.array();
    block.reset();
    assertSame(array, block.array());
    block.put(new byte[100_000], 0, 100_000);
    assertEquals(100_000, block.length());
    block.reset();
    assertEquals(0, block.length());
    assertEquals(256, block.array().length);
  }

  private void assertEncodes(String digits, String... namesAndValues) {
    byte[] block = Blocks.encode(encoder, list(namesAndValues));
    assertEquals(digits.replace(" ", ""), Blocks.hex(block, block.length));
  }
}
