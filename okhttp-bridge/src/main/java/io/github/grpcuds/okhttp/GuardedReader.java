package io.github.grpcuds.okhttp;

import io.grpc.okhttp.internal.framed.FrameReader;
import java.io.IOException;
import okio.Buffer;
import okio.BufferedSource;

/**
 * Reads a connection's frames. It looks at the header of each before grpc-okhttp's own reader does,
 * which buffers a header block of any length.
 *
 * <p>Used by the thread that reads the connection.
 */
final class GuardedReader implements FrameReader {
  private static final int HEADER_BYTES = 9;
  private static final int MAX_FRAME_BYTES = 16_384; // what grpc-okhttp lets servers send
  private static final int TYPE_HEADERS = 1;
  private static final int TYPE_PRIORITY = 2;
  private static final int TYPE_PUSH_PROMISE = 5;
  private static final int TYPE_CONTINUATION = 9;
  private static final int FLAG_END_HEADERS = 4;

  /** An honest server fills the frames of a block, but for the last. */
  private static final int FULL_FRAME_BYTES = 1024;

  private static final int MAX_SHORT_FRAMES = 16;

  private final FrameReader reader;
  private final BufferedSource source;
  private final ConnectionGuard guard;
  private GuardedHandler handler; // null before the first frame

  GuardedReader(FrameReader reader, BufferedSource source, ConnectionGuard guard) {
    this.reader = reader;
    this.source = source;
    this.guard = guard;
  }

  @Override
  public void readConnectionPreface() throws IOException {
    reader.readConnectionPreface();
  }

  @Override
  public boolean nextFrame(Handler unguarded) throws IOException {
    if (handler == null) {
      handler = new GuardedHandler(unguarded, guard);
    }
    try {
      if (source.request(HEADER_BYTES)) {
        look();
        return reader.nextFrame(handler);
      }
      guard.lost(null);
      return false;
    } catch (IOException | RuntimeException | Error e) {
      guard.lost(e);
      throw e;
    }
  }

  private void look() throws IOException {
    int type = type(0);
    if ((type == TYPE_HEADERS || type == TYPE_PUSH_PROMISE) && (flags(0) & FLAG_END_HEADERS) == 0) {
      lookAtContinuations();
    } else if (type == TYPE_PRIORITY || type > TYPE_CONTINUATION) {
      handler.ignoredFrame();
    }
  }

  /** Buffers the frames of a header block; what is wrong with them, grpc-okhttp's reader finds. */
  private void lookAtContinuations() throws IOException {
    long blockBytes = length(0);
    int shortFrames = 0;
    long at = HEADER_BYTES + blockBytes;
    boolean last = false;
    while (!last && source.request(at + HEADER_BYTES) && type(at) == TYPE_CONTINUATION) {
      int length = length(at);
      if (length > MAX_FRAME_BYTES) {
        return;
      }
      last = (flags(at) & FLAG_END_HEADERS) != 0;
      blockBytes += length;
      handler.checkBlock(blockBytes);
      if (length < FULL_FRAME_BYTES && !last && ++shortFrames > MAX_SHORT_FRAMES) {
        throw new ProtocolViolation("sends a header block in too many small CONTINUATION frames");
      }
      at += HEADER_BYTES + length;
    }
  }

  private int length(long at) {
    Buffer buffer = source.getBuffer();
    return (buffer.getByte(at) & 0xff) << 16
        | (buffer.getByte(at + 1) & 0xff) << 8
        | (buffer.getByte(at + 2) & 0xff);
  }

  private int type(long at) {
    return source.getBuffer().getByte(at + 3) & 0xff;
  }

  private int flags(long at) {
    return source.getBuffer().getByte(at + 4) & 0xff;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
