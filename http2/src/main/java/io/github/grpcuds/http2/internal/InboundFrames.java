package io.github.grpcuds.http2.internal;

import static io.github.grpcuds.http2.internal.ErrorCode.FLOW_CONTROL_ERROR;
import static io.github.grpcuds.http2.internal.ErrorCode.PROTOCOL_ERROR;
import static io.github.grpcuds.http2.internal.ErrorCode.STREAM_CLOSED;

import java.nio.charset.StandardCharsets;

/** Does what a client's frames say. */
final class InboundFrames implements FrameHandler {
  private static final byte[] NONE = new byte[0];
  private static final int MAX_DEBUG_BYTES = 256;

  /** What frames cost that a client has little use for, of {@link #MOST_CHORES} at once. */
  private static final int EMPTY_CONTINUATION_COST = 500;

  private static final int SETTINGS_COST = 50;
  private static final int LARGE_HEADERS_COST = 10;
  private static final int PINGS_PER_SECOND = 200;
  private static final int MOST_PINGS = 2000;
  private static final int CHORES_PER_SECOND = 1000;
  private static final int MOST_CHORES = 10_000;

  /** What answers to DATA may come late: a client may have a gigabyte before it reads. */
  private static final int MOST_FOR_DATA = 1 << 20;

  /** A client may open two windows for so much DATA, or for a frame if that is less. */
  private static final double BYTES_FOR_WINDOW_UPDATES = 1024;

  /** DATA for a stream that was reset counts as small below. */
  private static final int SMALL_DATA = 1024;

  private final Http2Limits limits;
  private final FrameWriter writer;
  private final Streams streams;
  private final Http2Listener listener;
  private final HpackDecoder decoder;
  private final HeaderFragments fragments;
  private final TokenBucket chores =
      new TokenBucket("frames of little use", CHORES_PER_SECOND, MOST_CHORES, MOST_CHORES);
  private final TokenBucket windowUpdates =
      new TokenBucket("WINDOW_UPDATE frames", CHORES_PER_SECOND, MOST_CHORES, MOST_FOR_DATA);
  private final TokenBucket closedResets =
      new TokenBucket(
          "RST_STREAM frames on closed streams", CHORES_PER_SECOND, MOST_CHORES, MOST_FOR_DATA);
  private final TokenBucket pings =
      new TokenBucket("PING frames", PINGS_PER_SECOND, MOST_PINGS, MOST_PINGS);
  private long framesSent; // when the allowances last got their share of them
  private long bytesSent; // as framesSent
  private int lastAccepted = Integer.MAX_VALUE;
  private int receivingClosed; // the DATA frame is for this stream, which is closed; 0 for none
  private Http2Stream receiving; // the DATA frame that is coming in is for it; null for none
  private boolean begun; // SETTINGS came

  InboundFrames(Http2Limits limits, FrameWriter writer, Streams streams, Http2Listener listener) {
    this.limits = limits;
    this.writer = writer;
    this.streams = streams;
    this.listener = listener;
    this.decoder = new HpackDecoder(DynamicTable.DEFAULT_BYTES, limits.maxHeaderListBytes);
    this.fragments = new HeaderFragments(limits.maxHeaderListBytes);
  }

  /**
   * Streams with higher numbers are ignored from now on: GOAWAY says so.
   *
   * @return what it is to say, for the number must not grow again (RFC 9113, section 6.8)
   */
  int acceptUpTo(int streamId) {
    lastAccepted = Math.min(lastAccepted, streamId);
    return lastAccepted;
  }

  @Override
  public void dataStart(int streamId, int length) throws Http2Exception {
    requireNoOpenBlock();
    streams.receiving.received(length);
    receiving = null;
    receivingClosed = 0;
    Http2Stream stream = streams.table().get(streamId);
    if (stream == null) {
      dataOfClosed(streamId, length);
    } else if (stream.peerEnded) {
      streams.failByPeer(stream, STREAM_CLOSED, "DATA after the end of the stream");
    } else {
      receive(stream, length);
    }
  }

  private void dataOfClosed(int streamId, int length) throws Http2Exception {
    requireNotIdle(streamId, "DATA");
    if (streams.closed().wasResetByPeer(streamId)) {
      afterReset(streamId, length < SMALL_DATA);
    } else if (streams.closed().wasEndedByPeer(streamId)) {
      throw Http2Exception.connection(STREAM_CLOSED, "DATA after the end of stream " + streamId);
    }
    receivingClosed = streamId;
  }

  /** Large DATA that was under way is bounded by flow control. */
  private void afterReset(int streamId, boolean small) throws Http2Exception {
    writer.reset(streamId, STREAM_CLOSED);
    if (small) {
      chores.use(1);
    }
  }

  private void receive(Http2Stream stream, int length) throws Http2Exception {
    try {
      streams.receiving.received(stream, length);
      receiving = stream;
    } catch (Http2Exception e) {
      streams.failByPeer(stream, e.error(), e.getMessage());
    }
  }

  @Override
  public void dataPart(byte[] buffer, int offset, int length, boolean endOfStream)
      throws Http2Exception {
    Http2Stream stream = receiving;
    if (admit(stream, length, 0, endOfStream)) {
      listener.onData(stream, buffer, offset, length, endOfStream);
    }
  }

  @Override
  public void dataPart(InputChunk chunk, int offset, int length, boolean endOfStream)
      throws Http2Exception {
    Http2Stream stream = receiving;
    if (admit(stream, length, PendingBytes.PIECE_COST, endOfStream)) {
      listener.onData(stream, chunk, offset, length, endOfStream);
    }
  }

  /** False if the part is nobody's. */
  private boolean admit(Http2Stream stream, int length, int cost, boolean endOfStream)
      throws Http2Exception {
    if (stream == null || !stream.open) {
      return false;
    }
    if (stream.contentLength >= 0) {
      stream.contentLength -= length;
      if (stream.contentLength < 0) {
        streams.failByPeer(stream, PROTOCOL_ERROR, "more DATA than content-length said");
        return false;
      }
    }
    streams.receiving.retain(stream, length, cost);
    if (endOfStream) {
      receiving = null;
      return admitEnd(stream);
    }
    return true;
  }

  @Override
  public void dataEnd(int length, int padding, boolean endOfStream) throws Http2Exception {
    if (length == padding && !endOfStream) {
      chores.use(1);
    }
    if (endOfStream && receivingClosed != 0) {
      streams.closed().endByPeer(receivingClosed);
    }
    Http2Stream stream = receiving;
    receiving = null;
    if (stream == null || !stream.open) {
      return;
    }
    if (endOfStream) {
      end(stream);
    } else {
      streams.receiving.open(stream, padding);
    }
  }

  private void end(Http2Stream stream) throws Http2Exception {
    if (admitEnd(stream)) {
      listener.onData(stream, NONE, 0, 0, true);
    }
  }

  /** False if the stream must not end here. */
  private boolean admitEnd(Http2Stream stream) throws Http2Exception {
    if (stream.contentLength > 0) {
      streams.failByPeer(stream, PROTOCOL_ERROR, "less DATA than content-length said");
      return false;
    }
    stream.peerEnded = true;
    return true;
  }

  @Override
  public void headers(
      int streamId,
      boolean endOfStream,
      boolean endOfHeaders,
      byte[] buffer,
      int offset,
      int length)
      throws Http2Exception {
    requireNoOpenBlock();
    fragments.requireAllowed(length);
    if (endOfHeaders) {
      block(streamId, endOfStream, buffer, offset, length);
    } else {
      fragments.begin(streamId, endOfStream, buffer, offset, length);
    }
  }

  @Override
  public void continuation(
      int streamId, boolean endOfHeaders, byte[] buffer, int offset, int length)
      throws Http2Exception {
    if (!fragments.isOpen()) {
      throw Http2Exception.connection(
          PROTOCOL_ERROR, "CONTINUATION of no header block on stream " + streamId);
    }
    if (length == 0) {
      chores.use(EMPTY_CONTINUATION_COST);
    }
    fragments.add(streamId, buffer, offset, length);
    if (endOfHeaders) {
      byte[] bytes = fragments.bytes();
      int count = fragments.length();
      fragments.end();
      block(streamId, fragments.endOfStream(), bytes, 0, count);
    }
  }

  /** A complete header block; it is decoded whatever becomes of it, for the table's sake. */
  private void block(int streamId, boolean endOfStream, byte[] buffer, int offset, int length)
      throws Http2Exception {
    HeaderList headers = decoder.decode(buffer, offset, length);
    if (headers.tooLarge()) {
      chores.use(LARGE_HEADERS_COST + length / 1024.0); // what it took to decode it
    }
    Http2Stream stream = streams.table().get(streamId);
    if (stream != null) {
      trailers(stream, headers, endOfStream);
    } else if (streamId <= streams.lastId()) {
      headersOfClosed(streamId, endOfStream);
    } else if ((streamId & 1) == 0) {
      throw Http2Exception.connection(PROTOCOL_ERROR, "a client's stream " + streamId);
    } else {
      request(streamId, headers, endOfStream);
    }
  }

  private void headersOfClosed(int streamId, boolean endOfStream) throws Http2Exception {
    if (streams.closed().wasResetByPeer(streamId)) {
      afterReset(streamId, true);
      return;
    }
    if (streams.closed().wasEndedByPeer(streamId)) {
      throw Http2Exception.connection(STREAM_CLOSED, "HEADERS after the end of stream " + streamId);
    }
    if (!streams.closed().wasEndedHere(streamId)) {
      throw Http2Exception.connection(
          PROTOCOL_ERROR, "stream " + streamId + " begins after " + streams.lastId());
    }
    if (endOfStream) {
      streams.closed().endByPeer(streamId);
    }
    chores.use(1);
  }

  private void request(int streamId, HeaderList headers, boolean endOfStream)
      throws Http2Exception {
    streams.used(streamId);
    if (streamId > lastAccepted) {
      streams.closed().add(streamId, endOfStream);
      return;
    }
    if (streams.table().size() >= limits.maxConcurrentStreams) {
      streams.refuse(streamId, ErrorCode.REFUSED_STREAM);
      return;
    }
    if (!limits.memory.mayGrow()) {
      streams.turnAway(streamId);
      return;
    }
    Http2Stream stream = new Http2Stream(streamId);
    stream.headerCost = headers.bytes();
    String wrong = RequestHeaders.check(headers, stream);
    if (wrong != null || (endOfStream && stream.contentLength > 0)) {
      streams.refuse(streamId, PROTOCOL_ERROR);
      return;
    }
    stream.peerEnded = endOfStream;
    chores.earn(1); // a request may well come with a priority
    streams.open(stream);
    listener.onRequest(stream, headers, endOfStream);
  }

  private void trailers(Http2Stream stream, HeaderList trailers, boolean endOfStream)
      throws Http2Exception {
    if (stream.peerEnded) {
      streams.failByPeer(stream, STREAM_CLOSED, "HEADERS after the end of the stream");
      return;
    }
    String wrong = endOfStream ? RequestHeaders.checkTrailers(trailers) : "HEADERS in the middle";
    if (wrong != null) {
      streams.failByPeer(stream, PROTOCOL_ERROR, wrong);
    } else {
      end(stream);
    }
  }

  @Override
  public void priority(int streamId, int dependency) throws Http2Exception {
    requireNoOpenBlock();
    chores.use(1);
    if (streamId == dependency) {
      streamError(streamId, PROTOCOL_ERROR, "a stream that depends on itself");
    }
  }

  @Override
  public void reset(int streamId, int code) throws Http2Exception {
    requireNoOpenBlock();
    Http2Stream stream = streams.table().get(streamId);
    if (stream != null) {
      streams.resetByPeer(stream, ErrorCode.of(code));
    } else {
      requireNotIdle(streamId, "RST_STREAM");
      if (!streams.closed().resetByPeer(streamId)) {
        resetAgain();
      }
    }
  }

  /** grpc-okhttp's client does so for each frame under way of a stream that it has reset. */
  private void resetAgain() throws Http2Exception {
    earnByDataSent();
    closedResets.use(1);
  }

  @Override
  public void settings(byte[] buffer, int offset, int length) throws Http2Exception {
    requireNoOpenBlock();
    chores.use(SETTINGS_COST);
    PeerSettings settings = PeerSettings.parse(buffer, offset, length);
    if (settings.headerTableSize >= 0) {
      writer.setMaxHeaderTableSize(settings.smallestHeaderTableSize);
      writer.setMaxHeaderTableSize(settings.headerTableSize);
    }
    if (settings.maxFrameSize >= 0) {
      writer.setMaxFrameSize(settings.maxFrameSize);
    }
    if (settings.initialWindowSize >= 0
        && !streams.sending.setInitialWindow(settings.initialWindowSize, streams.table())) {
      throw Http2Exception.connection(
          FLOW_CONTROL_ERROR,
          "INITIAL_WINDOW_SIZE makes a window too large: " + settings.initialWindowSize);
    }
    writer.settingsAck();
    if (!begun) {
      begun = true;
      listener.onPreface();
    }
  }

  @Override
  public void settingsAck() throws Http2Exception {
    requireNoOpenBlock();
    chores.use(1);
    streams.receiving.settingsAcked(streams.table());
  }

  @Override
  public void ping(long payload) throws Http2Exception {
    requireNoOpenBlock();
    earnByDataSent();
    pings.use(1);
    writer.ping(true, payload);
    listener.onPing();
  }

  @Override
  public void pingAck(long payload) throws Http2Exception {
    requireNoOpenBlock();
    chores.use(1);
    listener.onPingAck(payload);
  }

  @Override
  public void goAway(int code, byte[] buffer, int debugOffset, int debugLength)
      throws Http2Exception {
    requireNoOpenBlock();
    chores.use(1);
    int length = Math.min(debugLength, MAX_DEBUG_BYTES);
    String debugData = new String(buffer, debugOffset, length, StandardCharsets.UTF_8);
    listener.onGoAway(ErrorCode.of(code), debugData);
  }

  @Override
  public void windowUpdate(int streamId, int increment) throws Http2Exception {
    requireNoOpenBlock();
    earnByDataSent();
    windowUpdates.use(1);
    if (streamId == 0) {
      connectionWindowUpdate(increment);
    } else {
      streamWindowUpdate(streamId, increment);
    }
  }

  /**
   * For DATA a client may open two windows, a few KiB at a time however large our frames are. For a
   * frame it may reset a stream that it has closed, and measure the time a PING takes: gRPC's
   * clients do so to find how large their windows should be.
   */
  private void earnByDataSent() {
    long frames = streams.sending.framesSent() - framesSent;
    long bytes = streams.sending.bytesSent() - bytesSent;
    framesSent += frames;
    bytesSent += bytes;
    windowUpdates.earn(2 * Math.max((double) frames, bytes / BYTES_FOR_WINDOW_UPDATES));
    closedResets.earn((double) frames);
    pings.earn((double) frames);
  }

  private void connectionWindowUpdate(int increment) throws Http2Exception {
    if (increment == 0) {
      throw Http2Exception.connection(PROTOCOL_ERROR, "WINDOW_UPDATE by 0");
    }
    if (!streams.sending.increaseWindow(increment)) {
      throw Http2Exception.connection(
          FLOW_CONTROL_ERROR, "WINDOW_UPDATE makes the window too large: " + increment);
    }
  }

  private void streamWindowUpdate(int streamId, int increment) throws Http2Exception {
    Http2Stream stream = streams.table().get(streamId);
    if (stream == null) {
      requireNotIdle(streamId, "WINDOW_UPDATE");
    } else if (increment == 0) {
      streams.failByPeer(stream, PROTOCOL_ERROR, "WINDOW_UPDATE by 0");
    } else if (!streams.sending.increaseWindow(stream, increment)) {
      streams.failByPeer(
          stream, FLOW_CONTROL_ERROR, "WINDOW_UPDATE makes the window too large: " + increment);
    }
  }

  @Override
  public void streamError(int streamId, ErrorCode error, String reason) throws Http2Exception {
    requireNoOpenBlock();
    Http2Stream stream = streams.table().get(streamId);
    if (stream != null) {
      streams.failByPeer(stream, error, reason);
    } else {
      streams.refuse(streamId, error);
    }
  }

  @Override
  public void unknown(int type, int length) throws Http2Exception {
    requireNoOpenBlock();
    chores.use(1 + length / Frames.DEFAULT_MAX_FRAME_SIZE);
  }

  /** Memory that parts of header blocks take. */
  long heldBytes() {
    return fragments.capacity();
  }

  private void requireNoOpenBlock() throws Http2Exception {
    if (fragments.isOpen()) {
      throw Http2Exception.connection(
          PROTOCOL_ERROR, "a frame within the header block of stream " + fragments.streamId());
    }
  }

  private void requireNotIdle(int streamId, String frame) throws Http2Exception {
    if (streamId > streams.lastId() || (streamId & 1) == 0) {
      throw Http2Exception.connection(PROTOCOL_ERROR, frame + " on idle stream " + streamId);
    }
  }
}
