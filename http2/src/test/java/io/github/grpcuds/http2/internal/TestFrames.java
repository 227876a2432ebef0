package io.github.grpcuds.http2.internal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Frames as a client sends them, right and wrong. */
final class TestFrames {
  static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private TestFrames() {}

  static byte[] frame(int type, int flags, int streamId, byte... payload) {
    byte[] frame = Arrays.copyOf(head(payload.length, type, flags, streamId), 9 + payload.length);
    System.arraycopy(payload, 0, frame, 9, payload.length);
    return frame;
  }

  static byte[] head(int length, int type, int flags, int streamId) {
    return Blocks.concat(
        new byte[] {(byte) (length >> 16), (byte) (length >> 8), (byte) length},
        new byte[] {(byte) type, (byte) flags},
        int32(streamId));
  }

  static byte[] int32(int value) {
    return new byte[] {
      (byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value
    };
  }

  static byte[] data(int streamId, int length, boolean end) {
    return frame(Frames.DATA, end ? Frames.END_STREAM : 0, streamId, new byte[length]);
  }

  /** DATA of a length, and padding of another with its length before the data. */
  static byte[] paddedData(int streamId, int length, int padding, boolean end) {
    byte[] payload = new byte[1 + length + padding];
    payload[0] = (byte) padding;
    return frame(Frames.DATA, Frames.PADDED | (end ? Frames.END_STREAM : 0), streamId, payload);
  }

  static byte[] headers(int streamId, byte[] block, boolean end) {
    int flags = Frames.END_HEADERS | (end ? Frames.END_STREAM : 0);
    return frame(Frames.HEADERS, flags, streamId, block);
  }

  static byte[] continuation(int streamId, byte[] part, boolean end) {
    return frame(Frames.CONTINUATION, end ? Frames.END_HEADERS : 0, streamId, part);
  }

  /** Pairs of a setting's number and its value. */
  static byte[] settings(int... settings) {
    byte[] payload = new byte[0];
    for (int i = 0; i < settings.length; i += 2) {
      byte[] id = {(byte) (settings[i] >> 8), (byte) settings[i]};
      payload = Blocks.concat(payload, id, int32(settings[i + 1]));
    }
    return frame(Frames.SETTINGS, 0, 0, payload);
  }

  static byte[] settingsAck() {
    return frame(Frames.SETTINGS, Frames.ACK, 0);
  }

  static byte[] ping(int payload) {
    return frame(Frames.PING, 0, 0, Blocks.concat(int32(0), int32(payload)));
  }

  static byte[] reset(int streamId, ErrorCode error) {
    return frame(Frames.RST_STREAM, 0, streamId, int32(error.code()));
  }

  static byte[] windowUpdate(int streamId, int increment) {
    return frame(Frames.WINDOW_UPDATE, 0, streamId, int32(increment));
  }

  static byte[] priority(int streamId, int dependency) {
    return frame(Frames.PRIORITY, 0, streamId, Blocks.concat(int32(dependency), new byte[] {16}));
  }

  static byte[] goAway(int lastStreamId, ErrorCode error, String debugData) {
    byte[] payload =
        Blocks.concat(int32(lastStreamId), int32(error.code()), Blocks.ascii(debugData));
    return frame(Frames.GOAWAY, 0, 0, payload);
  }
}
