package io.github.grpcuds.http2.internal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A frame that the server sent, and how tests like to read it. */
final class SentFrame {
  private static final String[] NAMES = {
    "DATA", "HEADERS", "PRIORITY", "RST_STREAM", "SETTINGS",
    "PUSH_PROMISE", "PING", "GOAWAY", "WINDOW_UPDATE", "CONTINUATION"
  };

  final int type;
  final int flags;
  final int streamId;
  final byte[] payload;
  HeaderList headers; // of a block that this frame completes

  SentFrame(byte[] bytes, int length) {
    FrameHead head = new FrameHead(bytes);
    type = head.type;
    flags = head.flags;
    streamId = head.streamId;
    payload = Arrays.copyOfRange(bytes, Frames.HEADER_BYTES, Frames.HEADER_BYTES + length);
  }

  boolean is(int wanted) {
    return type == wanted;
  }

  boolean endsStream() {
    return type <= Frames.HEADERS && (flags & Frames.END_STREAM) != 0;
  }

  /** The number at an index of the payload. */
  int int32(int at) {
    return FrameHead.int32(payload, at);
  }

  ErrorCode error() {
    return ErrorCode.of(int32(is(Frames.GOAWAY) ? 4 : 0));
  }

  /** What a GOAWAY says. */
  String debugData() {
    return new String(payload, 8, payload.length - 8, StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return NAMES[type] + " " + streamId + details();
  }

  private String details() {
    String end = endsStream() ? " end" : "";
    switch (type) {
      case Frames.DATA:
        return " " + payload.length + end;
      case Frames.HEADERS:
      case Frames.CONTINUATION:
        return end + (headers == null ? "" : " [" + headers + "]");
      case Frames.RST_STREAM:
        return " " + error();
      case Frames.SETTINGS:
        return (flags & Frames.ACK) != 0 ? " ack" : "";
      case Frames.PING:
        return ((flags & Frames.ACK) != 0 ? " ack " : " ") + int32(4);
      case Frames.GOAWAY:
        return " " + int32(0) + " " + error();
      case Frames.WINDOW_UPDATE:
        return " +" + int32(0);
      default:
        return "";
    }
  }
}
