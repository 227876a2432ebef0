package io.github.grpcuds.http2.internal;

import static io.github.grpcuds.http2.internal.ErrorCode.ENHANCE_YOUR_CALM;
import static io.github.grpcuds.http2.internal.ErrorCode.PROTOCOL_ERROR;

import java.util.Arrays;

/**
 * A header block that comes in more than one frame (RFC 9113, section 4.3), and how large one is.
 */
final class HeaderFragments {
  /** A list that fits is not encoded in more, but for waste; a block within it is decoded. */
  private static final int FACTOR = 4;

  private static final int MIN_LIMIT = 64 * 1024;

  private final int limit;
  private int streamId; // 0: no block is open
  private boolean endOfStream;
  private byte[] bytes;
  private int length;

  HeaderFragments(int maxHeaderListBytes) {
    limit =
        (int)
            Math.max(MIN_LIMIT, Math.min(Integer.MAX_VALUE / 2, 1L * FACTOR * maxHeaderListBytes));
  }

  boolean isOpen() {
    return streamId != 0;
  }

  /** The stream of the open block. */
  int streamId() {
    return streamId;
  }

  boolean endOfStream() {
    return endOfStream;
  }

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  /** The size of the array that holds it. */
  int capacity() {
    return bytes == null ? 0 : bytes.length;
  }

  /** Whether it comes in one frame or in more. */
  void requireAllowed(int blockLength) throws Http2Exception {
    if (blockLength > limit) {
      throw Http2Exception.connection(
          ENHANCE_YOUR_CALM, "a header block of more than " + limit + " encoded octets");
    }
  }

  void begin(int stream, boolean end, byte[] buffer, int offset, int count) {
    streamId = stream;
    endOfStream = end;
    bytes = Arrays.copyOfRange(buffer, offset, offset + count);
    length = count;
  }

  void add(int stream, byte[] buffer, int offset, int count) throws Http2Exception {
    if (stream != streamId) {
      throw Http2Exception.connection(
          PROTOCOL_ERROR,
          "CONTINUATION on stream " + stream + " where stream " + streamId + " should go on");
    }
    requireAllowed(length + count);
    if (length + count > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + count, Math.min(limit, 2 * bytes.length)));
    }
    System.arraycopy(buffer, offset, bytes, length, count);
    length += count;
  }

  void end() {
    streamId = 0;
    bytes = null;
    length = 0;
  }
}
