package io.github.grpcuds.okhttp;

import io.github.grpcuds.executor.internal.PrintableText;
import io.grpc.okhttp.internal.framed.ErrorCode;
import io.grpc.okhttp.internal.framed.FrameReader.Handler;
import io.grpc.okhttp.internal.framed.Header;
import io.grpc.okhttp.internal.framed.HeadersMode;
import io.grpc.okhttp.internal.framed.Settings;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import okio.BufferedSource;
import okio.ByteString;

/**
 * Hands a connection's frames on to grpc-okhttp, but for what would hurt it.
 *
 * <p>Used by the thread that reads the connection.
 */
final class GuardedHandler implements Handler {
  /** As grpc-okhttp numbers them. */
  private static final int HEADER_TABLE_SIZE = 1;

  private static final int NOT_SET = -1;

  /** Frames without effect that may come at once, and those that may come for ever. */
  private static final int MAX_IDLE_FRAMES = 10_000;

  private static final int IDLE_FRAMES_PER_SECOND = 100;

  private static final int MAX_GOAWAYS = 100;
  private static final int MAX_DEBUG_CHARS = 1024;

  /** Smaller frames cost less than the answer to them does. */
  private static final int SMALL_BYTES = 256;

  private final Handler handler;
  private final ConnectionGuard guard;
  private final SmallMessages smallMessages;
  private int newestStream; // that this end has begun, as far as known here
  private int idleFrames;
  private long idleSince = System.nanoTime(); // nanoTime at which idleFrames was brought up to date
  private int goAways;

  GuardedHandler(Handler handler, ConnectionGuard guard) {
    this.handler = handler;
    this.guard = guard;
    this.smallMessages = new SmallMessages(guard);
  }

  /**
   * @throws ProtocolViolation if so many bytes are too long a header block
   */
  void checkBlock(long bytes) {
    if (bytes > guard.maxBlockBytes()) {
      throw new ProtocolViolation(
          "sends a header block of more than "
              + guard.maxBlockBytes()
              + " bytes, see maxInboundMetadataSize(int)");
    }
  }

  /** A frame that changes nothing. Honest servers send few, hostile ones nothing else. */
  void ignoredFrame() {
    if (++idleFrames > MAX_IDLE_FRAMES) {
      long now = System.nanoTime();
      long passed = TimeUnit.NANOSECONDS.toSeconds(now - idleSince);
      idleFrames -= (int) Math.min(MAX_IDLE_FRAMES, passed * IDLE_FRAMES_PER_SECOND);
      idleSince = now;
      if (idleFrames > MAX_IDLE_FRAMES) {
        throw new ProtocolViolation("sends frames that carry nothing");
      }
    }
  }

  private void usefulFrame() {
    if (idleFrames > 0) {
      idleFrames--;
    }
  }

  /** Where grpc-okhttp would end the connection, and have its calls made again. */
  private void checkStream(int id, String frame) {
    if (id > newestStream || (id & 1) == 0) {
      if (!guard.mayHaveCreated(id)) {
        throw new ProtocolViolation("sends " + frame + " for stream " + id + ", which is not open");
      }
      newestStream = id;
    }
  }

  @Override
  public void data(
      boolean inFinished, int streamId, BufferedSource source, int length, int paddedLength)
      throws IOException {
    checkStream(streamId, "DATA");
    if (length > 0 || inFinished) {
      usefulFrame();
    } else {
      ignoredFrame();
    }
    if (length < SMALL_BYTES && guard.stream(streamId) == null) {
      guard.replies();
    }
    handler.data(inFinished, streamId, source, length, paddedLength);
  }

  @Override
  public void headers(
      boolean outFinished,
      boolean inFinished,
      int streamId,
      int associatedStreamId,
      List<Header> headerBlock,
      HeadersMode headersMode) {
    checkStream(streamId, "HEADERS");
    usefulFrame();
    Object stream = guard.stream(streamId);
    if (stream == null) {
      guard.replies();
    } else if (!inFinished) {
      smallMessages.pack(stream);
    }
    handler.headers(
        outFinished, inFinished, streamId, associatedStreamId, headerBlock, headersMode);
  }

  @Override
  public void rstStream(int streamId, ErrorCode errorCode) {
    handler.rstStream(streamId, errorCode);
  }

  @Override
  public void settings(boolean clearPrevious, Settings settings) {
    ignoredFrame();
    guard.replies();
    if (settings.isSet(Settings.MAX_CONCURRENT_STREAMS)
        && settings.get(Settings.MAX_CONCURRENT_STREAMS) < 0) { // unsigned: no limit
      settings.set(Settings.MAX_CONCURRENT_STREAMS, 0, Integer.MAX_VALUE);
    }
    if (settings.isSet(HEADER_TABLE_SIZE)) {
      // It is for what this end encodes. grpc-okhttp takes it for what it decodes (grpc #12819),
      // where a small one loses entries that the server counts on, and a large one has no end.
      settings.set(HEADER_TABLE_SIZE, 0, NOT_SET);
    }
    handler.settings(clearPrevious, settings);
  }

  @Override
  public void ackSettings() {
    handler.ackSettings();
  }

  @Override
  public void ping(boolean ack, int payload1, int payload2) {
    ignoredFrame();
    if (!ack) {
      guard.replies();
    }
    handler.ping(ack, payload1, payload2);
  }

  @Override
  public void goAway(int lastGoodStreamId, ErrorCode errorCode, ByteString debugData) {
    if (++goAways > MAX_GOAWAYS) {
      throw new ProtocolViolation("sends one GOAWAY after the other");
    }
    handler.goAway(lastGoodStreamId, errorCode, fit(debugData));
  }

  private static ByteString fit(ByteString text) {
    String given = text.utf8();
    String fit = PrintableText.escapeAll(given);
    if (fit.length() > MAX_DEBUG_CHARS) {
      fit = fit.substring(0, MAX_DEBUG_CHARS) + "...";
    }
    return fit.equals(given) ? text : ByteString.encodeUtf8(fit);
  }

  @Override
  public void windowUpdate(int streamId, long windowSizeIncrement) {
    if (streamId != 0) {
      checkStream(streamId, "WINDOW_UPDATE");
    }
    handler.windowUpdate(streamId, windowSizeIncrement);
  }

  @Override
  public void priority(int streamId, int streamDependency, int weight, boolean exclusive) {
    handler.priority(streamId, streamDependency, weight, exclusive);
  }

  @Override
  public void pushPromise(int streamId, int promisedStreamId, List<Header> requestHeaders)
      throws IOException {
    ignoredFrame();
    guard.replies();
    handler.pushPromise(streamId, promisedStreamId, requestHeaders);
  }

  @Override
  public void alternateService(
      int streamId, String origin, ByteString protocol, String host, int port, long maxAge) {
    handler.alternateService(streamId, origin, protocol, host, port, maxAge);
  }
}
