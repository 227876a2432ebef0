package io.github.grpcuds.http2.internal;

import java.nio.charset.StandardCharsets;

/** The octets that a client begins with (RFC 9113, section 3.4). */
final class Preface {
  private static final byte[] EXPECTED =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  /** First octet of a TLS record that is a handshake (RFC 8446, section 5.1). */
  private static final int TLS_HANDSHAKE = 0x16;

  private static final int MAX_SHOWN = 16;

  private int seen;

  /** Takes as much of the preface as is there; returns how many octets that was. */
  int read(byte[] buffer, int offset, int count) throws Http2Exception {
    int taken = Math.min(count, EXPECTED.length - seen);
    for (int i = 0; i < taken; i++) {
      if (buffer[offset + i] != EXPECTED[seen]) {
        throw Http2Exception.connection(
            ErrorCode.PROTOCOL_ERROR,
            "no HTTP/2 client: " + guess(buffer, offset + i, offset + count));
      }
      seen++;
    }
    return taken;
  }

  /** What else the client may speak, for whoever wonders why it gets no answer. */
  private String guess(byte[] buffer, int from, int end) {
    if (seen == 0 && buffer[from] == TLS_HANDSHAKE) {
      return "it speaks TLS, and this socket takes plain text";
    }
    String start =
        new String(EXPECTED, 0, seen, StandardCharsets.ISO_8859_1)
            + new String(buffer, from, end - from, StandardCharsets.ISO_8859_1);
    String shown = start.substring(0, Math.min(start.length(), MAX_SHOWN));
    return "it began with \"" + shown.replaceAll("[^ -~]", "?") + "\"";
  }
}
