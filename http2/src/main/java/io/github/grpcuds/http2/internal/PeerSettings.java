package io.github.grpcuds.http2.internal;

import static io.github.grpcuds.http2.internal.ErrorCode.FLOW_CONTROL_ERROR;
import static io.github.grpcuds.http2.internal.ErrorCode.PROTOCOL_ERROR;

/** What a client's SETTINGS say (RFC 9113, section 6.5.2): one frame's last values that matter. */
final class PeerSettings {
  int headerTableSize = -1; // -1: not in the frame, as for the others
  int smallestHeaderTableSize = -1; // of several in the frame
  int initialWindowSize = -1;
  int maxFrameSize = -1;

  /** Reads a frame's payload, a multiple of 6 octets. */
  static PeerSettings parse(byte[] buffer, int offset, int length) throws Http2Exception {
    PeerSettings settings = new PeerSettings();
    for (int at = offset; at < offset + length; at += 6) {
      int id = ((buffer[at] & 0xff) << 8) | (buffer[at + 1] & 0xff);
      settings.set(id, FrameHead.int32(buffer, at + 2) & 0xffffffffL);
    }
    return settings;
  }

  private void set(int id, long value) throws Http2Exception {
    switch (id) {
      case Frames.HEADER_TABLE_SIZE:
        headerTableSize = (int) Math.min(value, Integer.MAX_VALUE);
        smallestHeaderTableSize =
            smallestHeaderTableSize < 0
                ? headerTableSize
                : Math.min(smallestHeaderTableSize, headerTableSize);
        break;
      case Frames.ENABLE_PUSH:
        check(value <= 1, PROTOCOL_ERROR, "ENABLE_PUSH", value);
        break;
      case Frames.INITIAL_WINDOW_SIZE:
        check(value <= Frames.MAX_WINDOW, FLOW_CONTROL_ERROR, "INITIAL_WINDOW_SIZE", value);
        initialWindowSize = (int) value;
        break;
      case Frames.MAX_FRAME_SIZE:
        check(
            value >= Frames.DEFAULT_MAX_FRAME_SIZE && value <= Frames.LARGEST_MAX_FRAME_SIZE,
            PROTOCOL_ERROR,
            "MAX_FRAME_SIZE",
            value);
        maxFrameSize = (int) value;
        break;
      default:
        break; // for what a server does not do, or unknown and to be ignored
    }
  }

  private static void check(boolean legal, ErrorCode error, String name, long value)
      throws Http2Exception {
    if (!legal) {
      throw Http2Exception.connection(error, "SETTINGS_" + name + " out of range: " + value);
    }
  }
}
