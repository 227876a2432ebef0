package io.github.grpcuds.http2.internal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The static table (RFC 7541, appendix A); its first index is 1. */
final class StaticTable {
  static final int LENGTH = 61;

  private static final String[] FIELDS = {
    ":authority",
    ":method: GET",
    ":method: POST",
    ":path: /",
    ":path: /index.html",
    ":scheme: http",
    ":scheme: https",
    ":status: 200",
    ":status: 204",
    ":status: 206",
    ":status: 304",
    ":status: 400",
    ":status: 404",
    ":status: 500",
    "accept-charset",
    "accept-encoding: gzip, deflate",
    "accept-language",
    "accept-ranges",
    "accept",
    "access-control-allow-origin",
    "age",
    "allow",
    "authorization",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-location",
    "content-range",
    "content-type",
    "cookie",
    "date",
    "etag",
    "expect",
    "expires",
    "from",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "last-modified",
    "link",
    "location",
    "max-forwards",
    "proxy-authenticate",
    "proxy-authorization",
    "range",
    "referer",
    "refresh",
    "retry-after",
    "server",
    "set-cookie",
    "strict-transport-security",
    "transfer-encoding",
    "user-agent",
    "vary",
    "via",
    "www-authenticate",
  };

  private static final byte[][] NAMES = new byte[LENGTH + 1][];
  private static final byte[][] VALUES = new byte[LENGTH + 1][];

  static {
    for (int i = 1; i <= LENGTH; i++) {
      String[] field = FIELDS[i - 1].split(": ", 2);
      NAMES[i] = ascii(field[0]);
      if (Arrays.equals(NAMES[i], NAMES[i - 1])) {
        NAMES[i] = NAMES[i - 1];
      }
      VALUES[i] = field.length == 1 ? new byte[0] : ascii(field[1]);
    }
  }

  private StaticTable() {}

  static byte[] name(int index) {
    return NAMES[index];
  }

  static byte[] value(int index) {
    return VALUES[index];
  }

  /** The index of a value among the entries that share the name of one, or 0. */
  static int find(int firstOfName, byte[] value) {
    for (int i = firstOfName; i <= LENGTH && NAMES[i] == NAMES[firstOfName]; i++) {
      if (Arrays.equals(VALUES[i], value)) {
        return i;
      }
    }
    return 0;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
