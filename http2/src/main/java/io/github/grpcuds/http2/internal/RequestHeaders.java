package io.github.grpcuds.http2.internal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Checks that a request's header fields are well-formed (RFC 9113, sections 8.1 to 8.3). */
final class RequestHeaders {
  private static final byte[] METHOD = ascii(":method");
  private static final byte[] SCHEME = ascii(":scheme");
  private static final byte[] PATH = ascii(":path");
  private static final byte[] AUTHORITY = ascii(":authority");
  private static final byte[] CONNECT = ascii("CONNECT");
  private static final byte[] TE = ascii("te");
  private static final byte[] TRAILERS = ascii("trailers");
  private static final byte[] CONTENT_LENGTH = ascii("content-length");

  /** Of the connection, which HTTP/2 has other means for (section 8.2.2). */
  private static final byte[][] CONNECTION_SPECIFIC = {
    ascii("connection"),
    ascii("keep-alive"),
    ascii("proxy-connection"),
    ascii("transfer-encoding"),
    ascii("upgrade")
  };

  private static final int SEEN_METHOD = 1;
  private static final int SEEN_SCHEME = 2;
  private static final int SEEN_PATH = 4;
  private static final int SEEN_AUTHORITY = 8;

  private RequestHeaders() {}

  /**
   * Checks a request and notes its content length in the stream.
   *
   * @return what is wrong, or null
   */
  static String check(HeaderList headers, Http2Stream stream) {
    int seen = 0;
    boolean connect = false;
    int i = 0;
    for (; i < headers.size() && isPseudo(headers.name(i)); i++) {
      int field = pseudo(headers.name(i));
      if (field == 0) {
        return "unknown pseudo-header field";
      }
      if ((seen & field) != 0) {
        return "pseudo-header field twice";
      }
      if (headers.value(i).length == 0 && field != SEEN_AUTHORITY) {
        return "empty pseudo-header field";
      }
      seen |= field;
      connect |= field == SEEN_METHOD && Arrays.equals(headers.value(i), CONNECT);
      if (!isValue(headers.value(i))) {
        return "NUL, CR or LF in a field value";
      }
    }
    if (headers.tooLarge()) {
      return null; // what is missing may be among the fields that were not kept
    }
    if (connect && seen != (SEEN_METHOD | SEEN_AUTHORITY)) {
      return "CONNECT with other pseudo-header fields than an authority"; // section 8.5
    }
    int needed = connect ? SEEN_METHOD : SEEN_METHOD | SEEN_SCHEME | SEEN_PATH;
    if ((seen & needed) != needed) {
      return "a pseudo-header field is missing";
    }
    return checkFields(headers, i, stream);
  }

  /** What is wrong with a request's trailers, or null. */
  static String checkTrailers(HeaderList trailers) {
    return checkFields(trailers, 0, null);
  }

  private static String checkFields(HeaderList headers, int from, Http2Stream stream) {
    for (int i = from; i < headers.size(); i++) {
      String wrong = checkField(headers.name(i), headers.value(i), stream);
      if (wrong != null) {
        return wrong;
      }
    }
    return null;
  }

  private static String checkField(byte[] name, byte[] value, Http2Stream stream) {
    if (isPseudo(name)) {
      return "pseudo-header field after others";
    }
    if (!isName(name)) {
      return "illegal field name";
    }
    if (!isValue(value)) {
      return "NUL, CR or LF in a field value";
    }
    if (Arrays.equals(name, TE) && !Arrays.equals(value, TRAILERS)) {
      return "te other than trailers";
    }
    for (byte[] specific : CONNECTION_SPECIFIC) {
      if (name.length == specific.length && Arrays.equals(name, specific)) {
        return "connection-specific field";
      }
    }
    if (stream != null && Arrays.equals(name, CONTENT_LENGTH)) {
      return setContentLength(value, stream);
    }
    return null;
  }

  private static String setContentLength(byte[] value, Http2Stream stream) {
    long length = 0;
    for (byte digit : value) {
      if (digit < '0' || digit > '9' || length > Long.MAX_VALUE / 10 - 1) {
        return "content-length is no number";
      }
      length = 10 * length + digit - '0';
    }
    if (value.length == 0 || (stream.contentLength >= 0 && stream.contentLength != length)) {
      return "content-length is no number, or not the same twice";
    }
    stream.contentLength = length;
    return null;
  }

  private static boolean isPseudo(byte[] name) {
    return name.length > 0 && name[0] == ':';
  }

  private static int pseudo(byte[] name) {
    if (Arrays.equals(name, METHOD)) {
      return SEEN_METHOD;
    }
    if (Arrays.equals(name, SCHEME)) {
      return SEEN_SCHEME;
    }
    if (Arrays.equals(name, PATH)) {
      return SEEN_PATH;
    }
    return Arrays.equals(name, AUTHORITY) ? SEEN_AUTHORITY : 0;
  }

  /** Section 8.2.1: no upper case, no controls, no space, no colon, nothing beyond ASCII. */
  private static boolean isName(byte[] name) {
    for (byte b : name) {
      if (b <= ' ' || b == 0x7f || b == ':' || (b >= 'A' && b <= 'Z')) {
        return false;
      }
    }
    return name.length > 0;
  }

  /**
   * Section 8.2.1. White space at the ends is let through: gRPC's metadata may have it, and the
   * programs that send it work with other servers.
   */
  private static boolean isValue(byte[] value) {
    for (byte b : value) {
      if (b <= '\r' && (b == 0 || b == '\n' || b == '\r')) {
        return false;
      }
    }
    return true;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
