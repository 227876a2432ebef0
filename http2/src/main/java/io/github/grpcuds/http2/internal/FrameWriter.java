package io.github.grpcuds.http2.internal;

import java.nio.charset.StandardCharsets;

/** Writes frames to the output (RFC 9113, section 6). */
final class FrameWriter {
  private static final int MAX_DEBUG_BYTES = 1024;

  private final OutputBuffer output;
  private final HpackEncoder encoder = new HpackEncoder();
  private final HeaderBlock block = new HeaderBlock();
  private int maxFrameSize = Frames.DEFAULT_MAX_FRAME_SIZE;

  FrameWriter(OutputBuffer output) {
    this.output = output;
  }

  /** The largest payload that the peer takes, or that is useful if it takes more. */
  int maxFrameSize() {
    return maxFrameSize;
  }

  void setMaxFrameSize(int bytes) {
    maxFrameSize = Math.min(bytes, ArrayPool.ARRAY_BYTES - Frames.HEADER_BYTES);
  }

  void setMaxHeaderTableSize(int bytes) {
    encoder.setMaxTableSize(bytes);
  }

  void settings(Http2Limits limits) {
    output.frameHeader(18, Frames.SETTINGS, 0, 0);
    setting(Frames.MAX_CONCURRENT_STREAMS, limits.maxConcurrentStreams);
    setting(Frames.INITIAL_WINDOW_SIZE, limits.flowControlWindow);
    setting(Frames.MAX_HEADER_LIST_SIZE, limits.maxHeaderListBytes);
  }

  /** Settings that change; all others stay as they are. */
  void settingsOfLargerFrames(int maxFrameSize) {
    output.frameHeader(6, Frames.SETTINGS, 0, 0);
    setting(Frames.MAX_FRAME_SIZE, maxFrameSize);
  }

  private void setting(int id, int value) {
    output.writeShort(id);
    output.writeInt(value);
  }

  void settingsAck() {
    output.frameHeader(0, Frames.SETTINGS, Frames.ACK, 0);
  }

  void ping(boolean ack, long payload) {
    output.frameHeader(8, Frames.PING, ack ? Frames.ACK : 0, 0);
    output.writeInt((int) (payload >>> 32));
    output.writeInt((int) payload);
  }

  void reset(int streamId, ErrorCode error) {
    output.frameHeader(4, Frames.RST_STREAM, 0, streamId);
    output.writeInt(error.code());
  }

  void windowUpdate(int streamId, int increment) {
    output.frameHeader(4, Frames.WINDOW_UPDATE, 0, streamId);
    output.writeInt(increment);
  }

  void goAway(int lastStreamId, ErrorCode error, String debugData) {
    byte[] debug = debugData.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(debug.length, MAX_DEBUG_BYTES);
    output.frameHeader(8 + length, Frames.GOAWAY, 0, 0);
    output.writeInt(lastStreamId);
    output.writeInt(error.code());
    output.write(debug, 0, length);
  }

  void headers(int streamId, HeaderList headers, boolean endOfStream) {
    block.reset();
    encoder.encode(headers, block);
    int length = Math.min(block.length(), maxFrameSize);
    int flags = endOfStream ? Frames.END_STREAM : 0;
    if (length == block.length()) {
      flags |= Frames.END_HEADERS;
    }
    output.frameHeader(length, Frames.HEADERS, flags, streamId);
    output.write(block.array(), 0, length);
    for (int at = length; at < block.length(); at += length) {
      length = Math.min(block.length() - at, maxFrameSize);
      flags = at + length == block.length() ? Frames.END_HEADERS : 0;
      output.frameHeader(length, Frames.CONTINUATION, flags, streamId);
      output.write(block.array(), at, length);
    }
  }

  /** The first bytes of a queue, in a DATA frame or in the last one that still waits. */
  void data(int streamId, PieceQueue queue, int length, boolean endOfStream) {
    int flags = endOfStream ? Frames.END_STREAM : 0;
    if (!output.growData(length, maxFrameSize, flags, streamId)) {
      output.dataHeader(length, flags, streamId);
    }
    queue.moveTo(output, length);
  }
}
