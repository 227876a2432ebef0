package io.github.grpcuds.http2.internal;

import static io.github.grpcuds.http2.internal.ErrorCode.FRAME_SIZE_ERROR;
import static io.github.grpcuds.http2.internal.ErrorCode.PROTOCOL_ERROR;

/** Takes complete frames other than DATA apart (RFC 9113, section 6). */
final class PayloadReader {
  private final FrameHandler handler;

  PayloadReader(FrameHandler handler) {
    this.handler = handler;
  }

  void read(FrameHead frame, byte[] buffer, int offset) throws Http2Exception {
    switch (frame.type) {
      case Frames.HEADERS:
        headers(frame, buffer, offset);
        break;
      case Frames.PRIORITY:
        priority(frame, buffer, offset);
        break;
      case Frames.RST_STREAM:
        frame.requireStream();
        frame.requireLength(4);
        handler.reset(frame.streamId, FrameHead.int32(buffer, offset));
        break;
      case Frames.SETTINGS:
        settings(frame, buffer, offset);
        break;
      case Frames.PUSH_PROMISE:
        throw frame.error(PROTOCOL_ERROR, "comes from a client");
      case Frames.PING:
        ping(frame, buffer, offset);
        break;
      case Frames.GOAWAY:
        goAway(frame, buffer, offset);
        break;
      case Frames.WINDOW_UPDATE:
        frame.requireLength(4);
        handler.windowUpdate(frame.streamId, FrameHead.int31(buffer, offset));
        break;
      case Frames.CONTINUATION:
        frame.requireStream();
        handler.continuation(
            frame.streamId, frame.has(Frames.END_HEADERS), buffer, offset, frame.length);
        break;
      default:
        handler.unknown(frame.type, frame.length);
        break;
    }
  }

  private void headers(FrameHead frame, byte[] buffer, int offset) throws Http2Exception {
    frame.requireStream();
    int at = offset;
    int end = offset + frame.length;
    int overhead = (frame.has(Frames.PADDED) ? 1 : 0) + (frame.has(Frames.PRIORITY_FLAG) ? 5 : 0);
    if (frame.length < overhead) {
      throw frame.error(FRAME_SIZE_ERROR, "is too short for its flags");
    }
    if (frame.has(Frames.PADDED)) {
      end -= buffer[at++] & 0xff;
    }
    int dependency = -1;
    if (frame.has(Frames.PRIORITY_FLAG)) {
      dependency = FrameHead.int31(buffer, at);
      at += 5;
    }
    if (at > end) {
      throw frame.error(PROTOCOL_ERROR, "has more padding than payload");
    }
    if (dependency == frame.streamId) {
      // Connection error: as a stream's, the header block would have to be decoded all the same.
      throw frame.error(PROTOCOL_ERROR, "depends on itself");
    }
    handler.headers(
        frame.streamId,
        frame.has(Frames.END_STREAM),
        frame.has(Frames.END_HEADERS),
        buffer,
        at,
        end - at);
  }

  private void priority(FrameHead frame, byte[] buffer, int offset) throws Http2Exception {
    frame.requireStream();
    if (frame.length == 5) {
      handler.priority(frame.streamId, FrameHead.int31(buffer, offset));
    } else {
      handler.streamError(
          frame.streamId, FRAME_SIZE_ERROR, "PRIORITY of " + frame.length + " octets, not 5");
    }
  }

  private void settings(FrameHead frame, byte[] buffer, int offset) throws Http2Exception {
    frame.requireNoStream();
    if (frame.has(Frames.ACK)) {
      frame.requireLength(0);
      handler.settingsAck();
    } else if (frame.length % 6 != 0) {
      throw frame.error(FRAME_SIZE_ERROR, "is no multiple of 6");
    } else {
      handler.settings(buffer, offset, frame.length);
    }
  }

  private void ping(FrameHead frame, byte[] buffer, int offset) throws Http2Exception {
    frame.requireNoStream();
    frame.requireLength(8);
    long payload = FrameHead.int64(buffer, offset);
    if (frame.has(Frames.ACK)) {
      handler.pingAck(payload);
    } else {
      handler.ping(payload);
    }
  }

  private void goAway(FrameHead frame, byte[] buffer, int offset) throws Http2Exception {
    frame.requireNoStream();
    if (frame.length < 8) {
      throw frame.error(FRAME_SIZE_ERROR, "needs 8 octets");
    }
    int code = FrameHead.int32(buffer, offset + 4);
    handler.goAway(code, buffer, offset + 8, frame.length - 8);
  }
}
