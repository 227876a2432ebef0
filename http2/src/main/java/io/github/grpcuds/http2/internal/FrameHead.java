package io.github.grpcuds.http2.internal;

import static io.github.grpcuds.http2.internal.ErrorCode.PROTOCOL_ERROR;

/** The nine octets that a frame begins with (RFC 9113, section 4.1). */
final class FrameHead {
  private static final String[] NAMES = {
    "DATA",
    "HEADERS",
    "PRIORITY",
    "RST_STREAM",
    "SETTINGS",
    "PUSH_PROMISE",
    "PING",
    "GOAWAY",
    "WINDOW_UPDATE",
    "CONTINUATION"
  };

  final int length;
  final int type;
  final int flags;
  final int streamId;
  int padding; // octets of DATA that are none, once known

  FrameHead(byte[] header) {
    length = ((header[0] & 0xff) << 16) | ((header[1] & 0xff) << 8) | (header[2] & 0xff);
    type = header[3] & 0xff;
    flags = header[4];
    streamId = int31(header, 5);
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  void requireStream() throws Http2Exception {
    if (streamId == 0) {
      throw error(PROTOCOL_ERROR, "needs a stream");
    }
  }

  void requireNoStream() throws Http2Exception {
    if (streamId != 0) {
      throw error(PROTOCOL_ERROR, "must have no stream");
    }
  }

  void requireLength(int expected) throws Http2Exception {
    if (length != expected) {
      throw error(ErrorCode.FRAME_SIZE_ERROR, "must have " + expected + " octets");
    }
  }

  /** An error of the connection that names this frame. */
  Http2Exception error(ErrorCode code, String what) {
    String name = type < NAMES.length ? NAMES[type] : "frame of type " + type;
    return Http2Exception.connection(
        code, name + " of " + length + " octets on stream " + streamId + " " + what);
  }

  static int int31(byte[] bytes, int at) {
    return int32(bytes, at) & 0x7fffffff;
  }

  static int int32(byte[] bytes, int at) {
    return (bytes[at] << 24)
        | ((bytes[at + 1] & 0xff) << 16)
        | ((bytes[at + 2] & 0xff) << 8)
        | (bytes[at + 3] & 0xff);
  }

  static long int64(byte[] bytes, int at) {
    return ((long) int32(bytes, at) << 32) | (int32(bytes, at + 4) & 0xffffffffL);
  }
}
