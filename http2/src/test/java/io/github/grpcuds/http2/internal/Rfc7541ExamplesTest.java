package io.github.grpcuds.http2.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The examples of RFC 7541, appendix C. */
final class Rfc7541ExamplesTest {
  private static final String COOKIE =
      "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1";

  private HpackDecoder decoder = new HpackDecoder(4096, 8192);

  @Test
  void c1Integers() throws Http2Exception {
    assertInteger(10, "ea", 0x1f); // the three bits above the prefix do not count
    assertInteger(1337, "1f9a0a", 0x1f);
    assertInteger(42, "2a", 0xff);
  }

  @Test
  void c2Literals() throws Http2Exception {
    decodes("400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572")
        .to("custom-key: custom-header")
        .table(55, "custom-key: custom-header");

    decoder = new HpackDecoder(4096, 8192);
    decodes("040c 2f73 616d 706c 652f 7061 7468").to(":path: /sample/path").table(0);
    decodes("1008 7061 7373 776f 7264 0673 6563 7265 74").to("password: secret").table(0);
    decodes("82").to(":method: GET").table(0);
  }

  @Test
  void c3Requests() throws Http2Exception {
    requests(
        "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
        "8286 84be 5808 6e6f 2d63 6163 6865",
        "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65");
  }

  @Test
  void c4RequestsInHuffmanCode() throws Http2Exception {
    requests(
        "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
        "8286 84be 5886 a8eb 1064 9cbf",
        "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf");
  }

  @Test
  void c5ResponsesWithEviction() throws Http2Exception {
    responses(
        "4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a"
            + "3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
        "4803 3330 37c1 c0bf",
        "88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04"
            + "677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745"
            + "4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31");
  }

  @Test
  void c6ResponsesInHuffmanCodeWithEviction() throws Http2Exception {
    responses(
        "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e"
            + "919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
        "4883 640e ffc1 c0bf",
        "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7"
            + "821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0"
            + "03ed 4ee5 b106 3d50 07");
  }

  @Test
  void allListsSurviveOurEncoder() throws Http2Exception {
    HpackEncoder encoder = new HpackEncoder();
    decoder = new HpackDecoder(4096, 8192);
    String[][] lists = {
      {":method", "GET", ":scheme", "http", ":path", "/", ":authority", "www.example.com"},
      {":method", "GET", ":scheme", "https", ":path", "/index.html", "custom-key", "custom-value"},
      {":status", "302", "cache-control", "private", "location", "https://www.example.com"},
      {":status", "307", "cache-control", "private", "location", "https://www.example.com"},
      {":status", "200", "content-encoding", "gzip", "set-cookie", "foo=ASDJKHQKBZXOQWEOPIUA"},
    };
    for (String[] fields : lists) {
      HeaderList list = Blocks.list(fields);
      HeaderList decoded = Blocks.decode(decoder, Blocks.encode(encoder, list));
      assertEquals(Blocks.fields(list), Blocks.fields(decoded));
    }
  }

  private void requests(String first, String second, String third) throws Http2Exception {
    String authority = ":authority: www.example.com";
    String cache = "cache-control: no-cache";
    String custom = "custom-key: custom-value";
    decodes(first).to(":method: GET", ":scheme: http", ":path: /", authority).table(57, authority);
    decodes(second)
        .to(":method: GET", ":scheme: http", ":path: /", authority, cache)
        .table(110, cache, authority);
    decodes(third)
        .to(":method: GET", ":scheme: https", ":path: /index.html", authority, custom)
        .table(164, custom, cache, authority);
  }

  private void responses(String first, String second, String third) throws Http2Exception {
    decoder = new HpackDecoder(256, 8192);
    String cache = "cache-control: private";
    String date = "date: Mon, 21 Oct 2013 20:13:21 GMT";
    String later = "date: Mon, 21 Oct 2013 20:13:22 GMT";
    String location = "location: https://www.example.com";
    decodes(first)
        .to(":status: 302", cache, date, location)
        .table(222, location, date, cache, ":status: 302");
    decodes(second)
        .to(":status: 307", cache, date, location)
        .table(222, ":status: 307", location, date, cache);
    decodes(third)
        .to(":status: 200", cache, later, location, "content-encoding: gzip", COOKIE)
        .table(215, COOKIE, "content-encoding: gzip", later);
  }

  private static void assertInteger(int expected, String digits, int mask) throws Http2Exception {
    byte[] octets = Blocks.hex(digits);
    BlockReader reader = new BlockReader();
    reader.open(octets, 0, octets.length);
    assertEquals(expected, reader.integer(reader.next(), mask));
    assertEquals(false, reader.hasMore());
  }

  private Decoded decodes(String digits) throws Http2Exception {
    return new Decoded(Blocks.fields(Blocks.decode(decoder, Blocks.hex(digits))));
  }

  private final class Decoded {
    private final List<String> fields;

    Decoded(List<String> fields) {
      this.fields = fields;
    }

    Decoded to(String... expected) {
      assertEquals(Arrays.asList(expected), fields);
      return this;
    }

    void table(int bytes, String... expected) {
      List<String> entries =
          expected.length == 0 ? Collections.emptyList() : Arrays.asList(expected);
      assertEquals(entries, Blocks.fields(decoder.table()));
      assertEquals(bytes, decoder.table().bytes());
    }
  }
}
