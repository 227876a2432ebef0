package io.github.grpcuds.it;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes of HTTP/2 as an attacker writes them, legal or not (RFC 9113, RFC 7541). */
final class RawFrames {
  /** The payload of the largest frame that every peer takes. */
  static final int MAX_PAYLOAD = 16_384;

  static final int MAX_WINDOW = Integer.MAX_VALUE;

  static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  static final byte[] SETTINGS_ACK = frame(Http2Frame.SETTINGS, Http2Frame.ACK, 0);

  private static final String[] ERRORS = {
    "NO_ERROR",
    "PROTOCOL_ERROR",
    "INTERNAL_ERROR",
    "FLOW_CONTROL_ERROR",
    "SETTINGS_TIMEOUT",
    "STREAM_CLOSED",
    "FRAME_SIZE_ERROR",
    "REFUSED_STREAM",
    "CANCEL",
    "COMPRESSION_ERROR",
    "CONNECT_ERROR",
    "ENHANCE_YOUR_CALM",
    "INADEQUATE_SECURITY",
    "HTTP_1_1_REQUIRED"
  };

  private RawFrames() {}

  static String errorName(int code) {
    return code >= 0 && code < ERRORS.length ? ERRORS[code] : "error " + code;
  }

  static byte[] frame(int type, int flags, int stream, byte... payload) {
    return ByteBuffer.allocate(9 + payload.length)
        .put((byte) (payload.length >> 16))
        .putShort((short) payload.length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.write(part, 0, part.length);
    }
    return out.toByteArray();
  }

  static byte[] times(int count, byte[] part) {
    byte[] all = new byte[count * part.length];
    for (int i = 0; i < count; i++) {
      System.arraycopy(part, 0, all, i * part.length, part.length);
    }
    return all;
  }

  /** A frame of SETTINGS; the arguments are identifiers and values in turn. */
  static byte[] settings(int... pairs) {
    ByteBuffer payload = ByteBuffer.allocate(pairs.length / 2 * 6);
    for (int i = 0; i < pairs.length; i += 2) {
      payload.putShort((short) pairs[i]).putInt(pairs[i + 1]);
    }
    return frame(Http2Frame.SETTINGS, 0, 0, payload.array());
  }

  static byte[] windowUpdate(int stream, int increment) {
    return frame(Http2Frame.WINDOW_UPDATE, 0, stream, bytes(increment));
  }

  static byte[] reset(int stream) {
    return frame(Http2Frame.RST_STREAM, 0, stream, bytes(8)); // CANCEL
  }

  static byte[] bytes(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  /** The headers of a call; they leave its stream open. */
  static byte[] call(int stream, String path) {
    return frame(Http2Frame.HEADERS, Http2Frame.END_HEADERS, stream, callHeaders(path));
  }

  /** A whole call with one message. */
  static byte[] call(int stream, String path, byte[] message) {
    return join(
        call(stream, path),
        frame(Http2Frame.DATA, Http2Frame.END_STREAM, stream, message(message)));
  }

  /** A message in gRPC's framing. */
  static byte[] message(byte... content) {
    return join(new byte[1], bytes(content.length), content);
  }

  /** The header block of a call. It uses nothing of the dynamic table. */
  static byte[] callHeaders(String path) {
    return join(
        new byte[] {(byte) 0x83, (byte) 0x86}, // POST, http
        new byte[] {4},
        string(path),
        new byte[] {1},
        string("localhost"),
        new byte[] {0x0f, 0x10},
        string("application/grpc"),
        literal("te", "trailers"));
  }

  /** A header field for no table. */
  static byte[] literal(String name, String value) {
    return join(new byte[1], string(name), string(value));
  }

  /** A header field for the dynamic table. */
  static byte[] indexed(String name, String value) {
    return join(new byte[] {0x40}, string(name), string(value));
  }

  /** A string of RFC 7541, section 5.2, without Huffman's code. */
  static byte[] string(String value) {
    byte[] content = value.getBytes(StandardCharsets.US_ASCII);
    return join(integer(0, 7, content.length), content);
  }

  /** An integer of RFC 7541, section 5.1. */
  static byte[] integer(int pattern, int prefixBits, int value) {
    int max = (1 << prefixBits) - 1;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (value < max) {
      out.write(pattern | value);
      return out.toByteArray();
    }
    out.write(pattern | max);
    int rest = value - max;
    for (; rest >= 128; rest >>>= 7) {
      out.write((rest & 127) | 128);
    }
    out.write(rest);
    return out.toByteArray();
  }

  static String letters(int count) {
    char[] letters = new char[count];
    Arrays.fill(letters, 'a');
    return new String(letters);
  }
}
