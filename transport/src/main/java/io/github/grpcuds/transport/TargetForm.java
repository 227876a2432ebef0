package io.github.grpcuds.transport;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** What follows the scheme in a {@code unix:} target: percent-escapes and the empty authority. */
final class TargetForm {
  /**
   * Characters that stand for themselves: RFC 3986's {@code pchar} and "/", without the comma,
   * which separates the sockets of a channel target. An at sign in front is escaped: elsewhere it
   * stands for an abstract name.
   */
  private static final String PLAIN = "-._~!$&'()*+;=:@/";

  private static final String HEX = "0123456789ABCDEF";

  private TargetForm() {}

  static String encode(byte[] bytes) {
    StringBuilder out = new StringBuilder(bytes.length + 8);
    if (bytes.length > 1 && bytes[0] == '/' && bytes[1] == '/') {
      out.append("//"); // an empty authority, so that the name's own slashes are not taken for one
    }
    for (int i = 0; i < bytes.length; i++) {
      byte b = bytes[i];
      if (isPlain((char) (b & 0xff)) && !(i == 0 && b == '@')) {
        out.append((char) b);
      } else {
        out.append('%').append(HEX.charAt((b >> 4) & 0xf)).append(HEX.charAt(b & 0xf));
      }
    }
    return out.toString();
  }

  private static boolean isPlain(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || PLAIN.indexOf(c) >= 0;
  }

  static byte[] decode(String target, int schemeLength) {
    String rest = withoutAuthority(target, target.substring(schemeLength));
    ByteArrayOutputStream out = new ByteArrayOutputStream(rest.length());
    for (int i = 0; i < rest.length(); ) {
      int c = rest.codePointAt(i);
      if (c == '%') {
        out.write(escaped(target, rest, i));
        i += 3;
      } else {
        refuseSeparator(target, c);
        byte[] utf8 = new String(Character.toChars(c)).getBytes(StandardCharsets.UTF_8);
        out.write(utf8, 0, utf8.length);
        i += Character.charCount(c);
      }
    }
    return out.toByteArray();
  }

  private static String withoutAuthority(String target, String rest) {
    if (!rest.startsWith("//")) {
      return rest;
    }
    if (!rest.startsWith("///")) {
      throw new IllegalArgumentException(
          "a Unix socket has no host: \"" + target + "\" (unix:relative or unix:///absolute)");
    }
    return rest.substring(2);
  }

  private static int escaped(String target, String rest, int at) {
    int high = at + 2 < rest.length() ? Character.digit(rest.charAt(at + 1), 16) : -1;
    int low = at + 2 < rest.length() ? Character.digit(rest.charAt(at + 2), 16) : -1;
    if (high < 0 || low < 0) {
      throw new IllegalArgumentException(
          "bad percent-escape in \"" + target + "\" (a percent sign itself is %25)");
    }
    return high << 4 | low;
  }

  private static void refuseSeparator(String target, int c) {
    if (c == '?' || c == '#' || c == ',') {
      throw new IllegalArgumentException(
          String.format(
              "'%c' in \"%s\" separates parts of a target; inside a path it is %%%02X",
              c, target, c));
    }
  }
}
