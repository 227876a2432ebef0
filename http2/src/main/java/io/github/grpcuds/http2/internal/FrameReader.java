package io.github.grpcuds.http2.internal;

import static io.github.grpcuds.http2.internal.ErrorCode.FRAME_SIZE_ERROR;
import static io.github.grpcuds.http2.internal.ErrorCode.PROTOCOL_ERROR;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Cuts the bytes of a client into frames (RFC 9113, sections 3.4, 4 and 6).
 *
 * <p>DATA is passed on as it comes; other frames are kept until they are complete, which takes no
 * more memory than the largest frame allowed, nor more than twice what has come of it, and none
 * between frames.
 */
final class FrameReader {
  /** Of parts of data that are passed on in the chunk they came in; less is soon copied. */
  private static final int SMALLEST_SHARED = 4096;

  /** Room for a frame that comes in pieces, at first. */
  private static final int FIRST_ROOM = 1024;

  private static final byte[] NONE = new byte[0];

  private final Preface preface = new Preface();
  private final PayloadReader payloads;
  private final FrameHandler handler;
  private final byte[] header = new byte[Frames.HEADER_BYTES];
  private boolean settingsSeen;
  private int maxFrameSize = Frames.DEFAULT_MAX_FRAME_SIZE;
  private int fullFrames;

  private boolean stopped; // something threw in the middle of a frame: no more is read

  private int headerBytes; // of header, so far
  private FrameHead head;

  private byte[] kept = NONE; // the payload of a frame that comes in pieces
  private int keptBytes;

  private boolean largeData; // the last DATA frame's
  private int dataLeft; // of a DATA frame
  private int paddingLeft; // after the data; -1 until its length has come

  FrameReader(FrameHandler handler) {
    this.handler = handler;
    this.payloads = new PayloadReader(handler);
  }

  /** True once the client's preface and first SETTINGS are complete. */
  boolean isEstablished() {
    return settingsSeen;
  }

  /** Reads all; nothing any more if this, or the handler, has thrown. */
  void read(byte[] buffer, int offset, int count) throws Http2Exception {
    if (stopped) {
      return;
    }
    stopped = true;
    readFrames(buffer, offset, count);
    stopped = false;
  }

  private void readFrames(byte[] buffer, int offset, int count) throws Http2Exception {
    int end = offset + count;
    int at = offset + preface.read(buffer, offset, count);
    while (at < end) {
      if (head == null) {
        at += readHeader(buffer, at, end - at);
      } else if (head.type == Frames.DATA) {
        at += readData(buffer, at, end - at);
      } else {
        at += readPayload(buffer, at, end - at);
      }
    }
  }

  /** Memory that a frame takes that comes in pieces. */
  int heldBytes() {
    return kept.length;
  }

  int maxFrameSize() {
    return maxFrameSize;
  }

  /** Allows larger frames, before the client knows. */
  void setMaxFrameSize(int bytes) {
    maxFrameSize = bytes;
  }

  /** How many frames of DATA were as large as they may be at first. */
  int fullFrames() {
    return fullFrames;
  }

  /** True if large data comes in, for which it is worth while to read into a chunk. */
  boolean expectsLargeData() {
    return largeData;
  }

  /**
   * As the other, but passes large parts of data on in the chunk.
   *
   * @param scratch what the rest is copied to, a part after the other
   */
  void read(InputChunk chunk, int count, byte[] scratch) throws Http2Exception {
    if (stopped) {
      return;
    }
    stopped = true;
    readFrames(chunk, count, scratch);
    stopped = false;
  }

  private void readFrames(InputChunk chunk, int count, byte[] scratch) throws Http2Exception {
    ByteBuffer bytes = chunk.part(0, count);
    while (bytes.hasRemaining()) {
      int left = bytes.remaining();
      int shared = paddingLeft < 0 ? 0 : Math.min(left, dataLeft);
      if (shared >= SMALLEST_SHARED) {
        handler.dataPart(chunk, bytes.position(), shared, takeData(shared));
        bytes.position(bytes.position() + shared);
        endDataIfComplete();
      } else {
        int length = Math.min(Math.min(left, scratch.length), leftOfPart());
        bytes.get(scratch, 0, length);
        readFrames(scratch, 0, length);
      }
    }
  }

  /** Bytes to the end of a frame's header, the data, or the frame; the preface passes as well. */
  private int leftOfPart() {
    if (head == null) {
      return Frames.HEADER_BYTES - headerBytes;
    }
    if (head.type != Frames.DATA) {
      return head.length - keptBytes;
    }
    return paddingLeft < 0 ? 1 : dataLeft > 0 ? dataLeft : paddingLeft;
  }

  private int readHeader(byte[] buffer, int offset, int available) throws Http2Exception {
    int count = Math.min(available, Frames.HEADER_BYTES - headerBytes);
    System.arraycopy(buffer, offset, header, headerBytes, count);
    headerBytes += count;
    if (headerBytes == Frames.HEADER_BYTES) {
      headerBytes = 0;
      begin(new FrameHead(header));
    }
    return count;
  }

  private void begin(FrameHead frame) throws Http2Exception {
    int largest = mayBeLarge(frame.type) ? maxFrameSize : Frames.DEFAULT_MAX_FRAME_SIZE;
    if (frame.length > largest) {
      throw frame.error(FRAME_SIZE_ERROR, "is larger than " + largest);
    }
    if (!settingsSeen && (frame.type != Frames.SETTINGS || frame.has(Frames.ACK))) {
      throw frame.error(PROTOCOL_ERROR, "comes before SETTINGS");
    }
    head = frame;
    if (frame.type == Frames.DATA) {
      beginData(frame);
    } else if (frame.length == 0) {
      dispatch(NONE, 0);
    }
  }

  /** Whether frames of a type may be large; those of RFC 9113 that never need it may not. */
  private static boolean mayBeLarge(int type) {
    return type == Frames.DATA || type == Frames.HEADERS || type >= Frames.CONTINUATION;
  }

  private void beginData(FrameHead frame) throws Http2Exception {
    frame.requireStream();
    dataLeft = frame.length;
    largeData = frame.length >= SMALLEST_SHARED;
    fullFrames += frame.length == Frames.DEFAULT_MAX_FRAME_SIZE ? 1 : 0;
    paddingLeft = 0;
    if (frame.has(Frames.PADDED)) {
      if (frame.length == 0) {
        throw frame.error(FRAME_SIZE_ERROR, "lacks its pad length");
      }
      paddingLeft = -1;
    }
    handler.dataStart(frame.streamId, frame.length);
    endDataIfComplete();
  }

  private int readData(byte[] buffer, int offset, int available) throws Http2Exception {
    int count;
    if (paddingLeft < 0) {
      count = 1;
      readPadLength(buffer[offset] & 0xff);
    } else if (dataLeft > 0) {
      count = Math.min(available, dataLeft);
      handler.dataPart(buffer, offset, count, takeData(count));
    } else {
      count = Math.min(available, paddingLeft);
      paddingLeft -= count;
    }
    endDataIfComplete();
    return count;
  }

  /** True if these are the last bytes of a stream. */
  private boolean takeData(int count) {
    dataLeft -= count;
    return dataLeft == 0 && paddingLeft == 0 && head.has(Frames.END_STREAM);
  }

  private void readPadLength(int padding) throws Http2Exception {
    paddingLeft = padding;
    dataLeft -= 1 + padding;
    if (dataLeft < 0) {
      throw head.error(PROTOCOL_ERROR, "has more padding than payload: " + padding);
    }
    head.padding = 1 + padding;
  }

  private void endDataIfComplete() throws Http2Exception {
    if (dataLeft == 0 && paddingLeft == 0) {
      FrameHead ended = head;
      head = null;
      handler.dataEnd(ended.length, ended.padding, ended.has(Frames.END_STREAM));
    }
  }

  private int readPayload(byte[] buffer, int offset, int available) throws Http2Exception {
    if (keptBytes == 0 && available >= head.length) {
      int length = head.length;
      dispatch(buffer, offset);
      return length;
    }
    int count = Math.min(available, head.length - keptBytes);
    int needed = keptBytes + count;
    if (needed > kept.length) {
      int room = Math.max(needed, Math.max(FIRST_ROOM, 2 * kept.length));
      kept = Arrays.copyOf(kept, Math.min(head.length, room));
    }
    System.arraycopy(buffer, offset, kept, keptBytes, count);
    keptBytes += count;
    if (keptBytes == head.length) {
      byte[] complete = kept;
      kept = NONE;
      keptBytes = 0;
      dispatch(complete, 0);
    }
    return count;
  }

  private void dispatch(byte[] buffer, int offset) throws Http2Exception {
    FrameHead frame = head;
    head = null;
    payloads.read(frame, buffer, offset);
    settingsSeen = true; // begin() has seen to it that it is
  }
}
