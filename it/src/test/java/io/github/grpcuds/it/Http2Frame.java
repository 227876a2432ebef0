package io.github.grpcuds.it;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A frame of HTTP/2 (RFC 9113, section 4.1). A block of headers that was split is in one piece. */
final class Http2Frame {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int PRIORITY = 2;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;
  static final int PRIORITY_UPDATE = 0x10;

  static final int ACK = 1;
  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;
  static final int PADDED = 8;
  static final int HAS_PRIORITY = 0x20;

  static final int HEADER_TABLE_SIZE = 1;
  static final int MAX_CONCURRENT_STREAMS = 3;
  static final int INITIAL_WINDOW_SIZE = 4;
  static final int MAX_FRAME_SIZE = 5;

  static final int NO_ERROR = 0;
  static final int PROTOCOL_ERROR = 1;
  static final int REFUSED_STREAM = 7;
  static final int CANCEL = 8;
  static final int ENHANCE_YOUR_CALM = 11;

  final int type;
  final int flags;
  final int stream;
  final byte[] payload;

  Http2Frame(int type, int flags, int stream, byte[] payload) {
    this.type = type;
    this.flags = flags;
    this.stream = stream;
    this.payload = payload;
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** The 32 bits at an offset of the payload. */
  int intAt(int offset) {
    return ByteBuffer.wrap(payload).getInt(offset);
  }

  /** The value of a setting in a SETTINGS frame. */
  int setting(int id, int otherwise) {
    ByteBuffer settings = ByteBuffer.wrap(payload);
    int value = otherwise;
    while (settings.hasRemaining()) {
      int each = settings.getShort();
      int its = settings.getInt();
      value = each == id ? its : value;
    }
    return value;
  }

  /** The last stream that a GOAWAY leaves alone. */
  int lastStream() {
    return intAt(0);
  }

  /** The error of a GOAWAY or a RST_STREAM. */
  int error() {
    return intAt(type == GOAWAY ? 4 : 0);
  }

  /** What a GOAWAY says about its reason. */
  String debugData() {
    return new String(payload, 8, payload.length - 8, StandardCharsets.UTF_8);
  }

  /** The payload of DATA, without padding. */
  byte[] data() {
    return has(PADDED)
        ? Arrays.copyOfRange(payload, 1, payload.length - (payload[0] & 0xff))
        : payload;
  }

  byte[] encode() {
    return ByteBuffer.allocate(9 + payload.length)
        .put((byte) (payload.length >> 16))
        .putShort((short) payload.length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  @Override
  public String toString() {
    return String.format(
        "frame of type %d, flags %x, stream %d, %d bytes", type, flags, stream, payload.length);
  }
}
