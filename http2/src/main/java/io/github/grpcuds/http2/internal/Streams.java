package io.github.grpcuds.http2.internal;

/**
 * The streams of a connection, and how they end (RFC 9113, section 5.1).
 *
 * <p>A stream is open until its response has been sent, or either side resets it. What the client
 * still sends then is passed over.
 */
final class Streams implements SendQueue.EndListener {
  /**
   * What the reset of a stream costs that has an answer already. Who waits for answers can no more
   * flood the server with calls that end so than with others.
   */
  private static final double ANSWERED_RESET_COST = 0.1;

  /** By how much {@link #mostOpen} falls for each stream that is opened. */
  private static final double FORGOTTEN = 0.1;

  /** What an open stream costs with the call behind it, without what it holds; an estimate. */
  static final int STREAM_COST = 3072;

  final SendQueue sending;
  final ReceiveWindows receiving;

  private final StreamTable table = new StreamTable();
  private final ClosedStreams closed = new ClosedStreams();
  private final FrameWriter writer;
  private final Http2Listener listener;
  private final PendingBytes pending;
  private final TokenBucket resets;
  private double mostOpen; // of the last streams, those that were open together
  private int lastId;
  private long headerCost; // of the requests in the table

  Streams(FrameWriter writer, OutputBuffer output, Http2Limits limits, Http2Listener listener) {
    this.pending = new PendingBytes(limits.maxPendingBytes);
    this.sending = new SendQueue(writer, output, pending, table, listener, this);
    this.receiving = new ReceiveWindows(limits, writer, pending);
    this.writer = writer;
    this.listener = listener;
    double atOnce = 10.0 * limits.maxResetsPerSecond;
    this.resets =
        new TokenBucket(
            "reset streams",
            limits.maxResetsPerSecond,
            atOnce,
            Math.max(atOnce, limits.maxConcurrentStreams));
  }

  StreamTable table() {
    return table;
  }

  PendingBytes pending() {
    return pending;
  }

  ClosedStreams closed() {
    return closed;
  }

  /** The number of the last stream that the client opened, refused ones included. */
  int lastId() {
    return lastId;
  }

  /** What to say if more waits than may; null if not. */
  String overflow() {
    return pending.isOverLimit() ? pending.toString() : null;
  }

  /** Notes the number of a new stream, whatever becomes of it. */
  void used(int id) {
    lastId = id;
  }

  void open(Http2Stream stream) {
    headerCost += stream.headerCost;
    sending.opened(stream);
    receiving.opened(stream);
    table.add(stream);
    allowResets();
  }

  /** Who has many calls can cancel all of them at once; who resets one after the other has few. */
  private void allowResets() {
    mostOpen -= FORGOTTEN;
    if (table.size() > mostOpen) {
      resets.earn(table.size() - mostOpen);
      mostOpen = table.size();
    }
  }

  /** Refuses a stream for want of memory, which is no fault of the client's. */
  void turnAway(int id) {
    writer.reset(id, ErrorCode.REFUSED_STREAM);
    closed.add(id, false);
  }

  /** Memory that is held for the streams, and what waits in them. */
  long heldBytes() {
    return pending.total() + headerCost + (long) STREAM_COST * table.size();
  }

  /** Resets a stream that was never open for the owner. */
  void refuse(int id, ErrorCode error) throws Http2Exception {
    writer.reset(id, error);
    closed.add(id, false);
    resets.use(1);
  }

  /** The owner ends a stream. */
  void reset(Http2Stream stream, ErrorCode error) {
    writer.reset(stream.id(), error);
    close(stream);
  }

  /** The client broke a rule of the stream, or this side has no room for it. */
  void fail(Http2Stream stream, ErrorCode error, String reason) {
    reset(stream, error);
    listener.onReset(stream, error, reason);
  }

  /** As {@link #fail}, where it is the client's doing: that it may do only so often. */
  void failByPeer(Http2Stream stream, ErrorCode error, String reason) throws Http2Exception {
    fail(stream, error, reason);
    resets.use(1);
  }

  void resetByPeer(Http2Stream stream, ErrorCode error) throws Http2Exception {
    close(stream);
    closed.resetByPeer(stream.id());
    listener.onReset(stream, error, "the client reset the stream: " + error);
    resets.use(stream.answered ? ANSWERED_RESET_COST : 1);
  }

  /** The connection ends. Takes no memory; if the listener throws, the other streams are left. */
  void failAll(ErrorCode error, String reason) {
    int slot = 0;
    while (table.size() > 0) {
      slot = table.next(slot);
      Http2Stream stream = table.at(slot);
      stream.open = false;
      table.remove(stream);
      headerCost -= stream.headerCost;
      sending.drop(stream);
      receiving.forget(stream);
      listener.onReset(stream, error, reason);
    }
  }

  /** A client that is not done need not go on (section 8.1). */
  @Override
  public void sentEnd(Http2Stream stream) {
    if (stream.peerEnded) {
      resets.earn(1);
    } else {
      writer.reset(stream.id(), ErrorCode.NO_ERROR);
    }
    close(stream);
    listener.onClosed(stream);
  }

  private void close(Http2Stream stream) {
    stream.open = false;
    table.remove(stream);
    headerCost -= stream.headerCost;
    closed.add(stream.id(), stream.peerEnded);
    sending.drop(stream);
    receiving.drop(stream);
  }
}
