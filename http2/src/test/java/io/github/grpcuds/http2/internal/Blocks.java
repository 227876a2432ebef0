package io.github.grpcuds.http2.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Header blocks and lists in a form that tests can read. */
final class Blocks {
  private Blocks() {}

  /** Octets from hexadecimal digits; blanks do not count. */
  static byte[] hex(String digits) {
    String packed = digits.replaceAll("\\s", "");
    byte[] bytes = new byte[packed.length() / 2];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Integer.parseInt(packed.substring(2 * i, 2 * i + 2), 16);
    }
    return bytes;
  }

  /** Digits for octets, without blanks. */
  static String hex(byte[] bytes, int length) {
    StringBuilder digits = new StringBuilder();
    for (int i = 0; i < length; i++) {
      digits.append(Character.forDigit(bytes[i] >> 4 & 0xf, 16));
      digits.append(Character.forDigit(bytes[i] & 0xf, 16));
    }
    return digits.toString();
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.write(part, 0, part.length);
    }
    return all.toByteArray();
  }

  /** A literal of a new name; the kind is the first octet: 40 indexes, 00 does not, 10 never. */
  static byte[] literal(int kind, String name, byte[] value) {
    return concat(
        new byte[] {(byte) kind, (byte) name.length()}, ascii(name), length(value.length), value);
  }

  /** A string's length, not Huffman-coded. */
  static byte[] length(int length) {
    return integer(0, 0x7f, length);
  }

  static byte[] integer(int kind, int mask, int value) {
    if (value < mask) {
      return new byte[] {(byte) (kind | value)};
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(kind | mask);
    int rest = value - mask;
    for (; rest >= 128; rest /= 128) {
      out.write(rest % 128 + 128);
    }
    out.write(rest);
    return out.toByteArray();
  }

  static byte[] filled(int length, char with) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) with);
    return bytes;
  }

  static HeaderList decode(HpackDecoder decoder, byte[] block) throws Http2Exception {
    return decoder.decode(block, 0, block.length);
  }

  static byte[] encode(HpackEncoder encoder, HeaderList headers) {
    HeaderBlock out = new HeaderBlock();
    encoder.encode(headers, out);
    return Arrays.copyOf(out.array(), out.length());
  }

  static void assertRefused(HpackDecoder decoder, String digits, String message) {
    assertRefused(decoder, hex(digits), message);
  }

  static void assertRefused(HpackDecoder decoder, byte[] block, String message) {
    Http2Exception e = assertThrows(Http2Exception.class, () -> decode(decoder, block));
    assertEquals(ErrorCode.COMPRESSION_ERROR, e.error());
    assertEquals(0, e.streamId());
    assertEquals(message, e.getMessage());
  }

  /** A list from name, value, name, value. */
  static HeaderList list(String... namesAndValues) {
    HeaderList list = new HeaderList();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      list.add(namesAndValues[i], namesAndValues[i + 1]);
    }
    return list;
  }

  /** The table's fields, newest first. */
  static List<String> fields(DynamicTable table) {
    List<String> fields = new ArrayList<>();
    for (int i = 0; i < table.length(); i++) {
      fields.add(field(table.name(i), table.value(i)));
    }
    return fields;
  }

  static List<String> fields(HeaderList list) {
    List<String> fields = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      fields.add(field(list.name(i), list.value(i)));
    }
    return fields;
  }

  private static String field(byte[] name, byte[] value) {
    return new String(name, StandardCharsets.ISO_8859_1)
        + ": "
        + new String(value, StandardCharsets.ISO_8859_1);
  }
}
