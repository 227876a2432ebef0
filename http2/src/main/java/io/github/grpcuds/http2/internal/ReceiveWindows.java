package io.github.grpcuds.http2.internal;

import static io.github.grpcuds.http2.internal.ErrorCode.FLOW_CONTROL_ERROR;

/**
 * What the peer may send (RFC 9113, section 5.2).
 *
 * <p>A stream's window opens again as its owner consumes, and grows: while large messages are put
 * together, or the owner is busy with one, more can come. The connection's opens at once, whatever
 * becomes of the bytes, so that no stream waits for another; but not while the connection holds
 * half of what it may.
 */
final class ReceiveWindows {
  /** Windows grow while no more than this part waits of what may. */
  private static final int LITTLE = 8;

  /** The part of what may wait that all windows together grow by at most, and one grows to. */
  private static final int LARGEST_SHARE = 4;

  private final int initial;
  private final int largest;
  private final int connectionTarget;
  private final FrameWriter writer;
  private final PendingBytes pending;
  private final Http2Memory memory;
  private long mayGrow; // all windows together
  private int connectionWindow = Frames.DEFAULT_WINDOW;
  private int connectionUnannounced;
  private boolean settingsAcked;

  ReceiveWindows(Http2Limits limits, FrameWriter writer, PendingBytes pending) {
    this.initial = limits.flowControlWindow;
    this.largest =
        (int)
            Math.max(
                initial, Math.min(limits.largestWindow, limits.maxPendingBytes / LARGEST_SHARE));
    this.mayGrow = limits.maxPendingBytes / LARGEST_SHARE;
    this.connectionTarget =
        (int) Math.min(Frames.MAX_WINDOW, Math.max(2L * initial, Frames.DEFAULT_WINDOW));
    this.writer = writer;
    this.pending = pending;
    this.memory = limits.memory;
  }

  /** Opens the connection's window to its size; SETTINGS must be written already. */
  void start() {
    if (connectionTarget > connectionWindow) {
      writer.windowUpdate(0, connectionTarget - connectionWindow);
      connectionWindow = connectionTarget;
    }
  }

  int connectionWindow() {
    return connectionWindow;
  }

  /** Until the peer has acknowledged SETTINGS it may go by the default. */
  void opened(Http2Stream stream) {
    stream.receiveWindow = settingsAcked ? initial : Math.max(initial, Frames.DEFAULT_WINDOW);
  }

  void settingsAcked(StreamTable streams) {
    int surplus = Frames.DEFAULT_WINDOW - initial;
    if (!settingsAcked && surplus > 0) {
      for (Http2Stream stream : streams.all()) {
        stream.receiveWindow -= surplus;
      }
    }
    settingsAcked = true;
  }

  /** DATA came, whatever its stream. */
  void received(int length) throws Http2Exception {
    connectionWindow -= length;
    if (connectionWindow < 0) {
      throw Http2Exception.connection(
          FLOW_CONTROL_ERROR, "DATA exceeds the connection's window by " + -connectionWindow);
    }
    connectionUnannounced += length;
    announceConnection();
  }

  /** DATA came for an open stream. */
  void received(Http2Stream stream, int length) throws Http2Exception {
    stream.receiveWindow -= length;
    if (stream.receiveWindow < 0) {
      throw Http2Exception.stream(
          stream.id(),
          FLOW_CONTROL_ERROR,
          "DATA exceeds the stream's window by " + -stream.receiveWindow);
    }
  }

  /**
   * Bytes went to the owner, who will say when they are consumed.
   *
   * @param cost of keeping them beyond their number: nothing for what is put together with others
   */
  void retain(Http2Stream stream, int bytes, int cost) throws Http2Exception {
    stream.held += bytes;
    stream.heldCost += cost;
    pending.add(bytes + cost);
    if (pending.isOverLimit()) {
      throw Http2Exception.connection(ErrorCode.ENHANCE_YOUR_CALM, pending.toString());
    }
  }

  void consumed(Http2Stream stream, int bytes) {
    // A share of the pieces' cost, too: a stream may go on for ever and never be without a byte.
    long cost = bytes < stream.held ? stream.heldCost * bytes / stream.held : stream.heldCost;
    stream.held -= bytes;
    stream.heldCost -= cost;
    pending.remove(bytes + cost);
    open(stream, bytes);
    announceConnection();
  }

  /** The peer may send that many more bytes on the stream. */
  void open(Http2Stream stream, int bytes) {
    stream.unannounced += bytes;
    if (!stream.peerEnded && stream.unannounced > 0 && stream.unannounced >= worthTelling(stream)) {
      int increment = stream.unannounced + growth(stream);
      writer.windowUpdate(stream.id(), increment);
      stream.receiveWindow += increment;
      stream.unannounced = 0;
    }
  }

  /** Never more than half of the window, and so much less of a large one that nobody waits. */
  private int worthTelling(Http2Stream stream) {
    return Math.max(initial / 2, (initial + stream.windowGrowth) / 4);
  }

  /** Doubles the window of a stream that has used it, unless much waits already. */
  private int growth(Http2Stream stream) {
    if (pending.total() > pending.limit / LITTLE || !memory.mayGrow()) {
      return 0;
    }
    int window = initial + stream.windowGrowth;
    int growth = (int) Math.min(mayGrow, Math.min(window, largest - window));
    stream.windowGrowth += growth;
    mayGrow -= growth;
    return growth;
  }

  /** A stream ended: nobody will consume what it holds. */
  void drop(Http2Stream stream) {
    forget(stream);
    announceConnection();
  }

  /** As {@link #drop}, at the end of the connection. */
  void forget(Http2Stream stream) {
    mayGrow += stream.windowGrowth;
    stream.windowGrowth = 0;
    pending.remove(stream.held + stream.heldCost);
    stream.held = 0;
    stream.heldCost = 0;
  }

  /** Opens the connection's window again, if it is time and memory allows. */
  void announceConnection() {
    if (connectionUnannounced >= connectionTarget / 2
        && !pending.isHalfFull()
        && memory.mayGrow()) {
      writer.windowUpdate(0, connectionUnannounced);
      connectionWindow += connectionUnannounced;
      connectionUnannounced = 0;
    }
  }
}
