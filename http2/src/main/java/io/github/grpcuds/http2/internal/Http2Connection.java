package io.github.grpcuds.http2.internal;

/**
 * The server's side of one HTTP/2 connection (RFC 9113): takes the client's bytes, tells a listener
 * what they mean, and makes the bytes of the answers.
 *
 * <p>All methods are called under one lock, the owner's. None blocks, and none calls the owner but
 * through the listener. The owner writes the output: takes its first bytes under the lock, writes
 * them without it, and says so by {@link #written}.
 */
public final class Http2Connection {
  /** Answers other than DATA that may wait; more are only asked for by who does not read any. */
  private static final int MAX_ANSWERS = 4 * 1024 * 1024;

  /** After so many frames as large as allowed, larger ones are: 256 KiB of data. */
  private static final int MANY_FULL_FRAMES = 16;

  /** With so much waiting, the client is not asked for more. */
  private static final int PAUSE = 2 * SendQueue.MAX_OUTPUT_BYTES;

  /** Made before it is needed, which may be when there is no memory. */
  private static final String INTERNAL_REASON = ErrorCode.INTERNAL_ERROR + " of the server";

  private final Http2Limits limits;
  private final Http2Listener listener;
  private final OutputBuffer output = new OutputBuffer(ArrayPool.SHARED);
  private final FrameWriter writer = new FrameWriter(output);
  private final Streams streams;
  private final InboundFrames inbound;
  private final FrameReader reader;
  private boolean ended;
  private String endReason;
  private Throwable failure; // of this side's code; null if it is sound

  public Http2Connection(Http2Limits limits, Http2Listener listener) {
    this.limits = limits;
    this.listener = listener;
    this.streams = new Streams(writer, output, limits, listener);
    this.inbound = new InboundFrames(limits, writer, streams, listener);
    this.reader = new FrameReader(inbound);
  }

  /** Queues the server's SETTINGS; called once, first. */
  public void start() {
    try {
      writer.settings(limits);
      streams.receiving.start();
    } catch (RuntimeException | Error e) {
      broken(e);
      throw e;
    }
  }

  /** Takes what the client sent. What is wrong with it goes to the listener. */
  public void receive(byte[] buffer, int offset, int length) {
    if (ended) {
      return;
    }
    try {
      try {
        reader.read(buffer, offset, length);
      } catch (Http2Exception e) {
        fail(e.error(), e.getMessage());
      }
      progress();
    } catch (RuntimeException | Error e) {
      broken(e);
      throw e;
    }
  }

  /**
   * As the other, but passes large parts of data on in the chunk, which who wants them then holds.
   *
   * @param chunk held by the caller, and filled from its beginning
   * @param scratch for the rest; the caller's again after the return
   */
  public void receive(InputChunk chunk, int length, byte[] scratch) {
    if (ended) {
      return;
    }
    try {
      try {
        reader.read(chunk, length, scratch);
      } catch (Http2Exception e) {
        fail(e.error(), e.getMessage());
      }
      progress();
    } catch (RuntimeException | Error e) {
      broken(e);
      throw e;
    }
  }

  /** True if large data comes in: it had better be received in a chunk. */
  public boolean expectsLargeData() {
    return reader.expectsLargeData();
  }

  /**
   * Ends all streams, because the connection has ended. If it throws, it is to be called again, for
   * the streams that are left.
   */
  public void end(String reason) {
    if (!ended) {
      ended = true;
      endReason = reason;
    }
    streams.failAll(ErrorCode.CANCEL, reason);
  }

  /**
   * Something was left in the middle, for want of memory most likely: neither what comes in nor
   * what goes out can be trusted any more. The client is told that it is this side's fault, if that
   * can still be said.
   */
  private void broken(Throwable e) {
    if (failure != null) {
      return;
    }
    failure = e;
    endReason = ended ? endReason : INTERNAL_REASON;
    ended = true;
    try {
      if (output.isWhole()) {
        int last = inbound.acceptUpTo(streams.lastId());
        writer.goAway(last, ErrorCode.INTERNAL_ERROR, INTERNAL_REASON);
      }
    } catch (RuntimeException | Error again) {
      // Then the connection just ends.
    }
    if (!output.isWhole()) {
      output.spoil();
    }
  }

  /** What this side's code has thrown: the connection is to be closed; null if it is sound. */
  public Throwable failure() {
    return failure;
  }

  Streams streams() {
    return streams;
  }

  private void fail(ErrorCode error, String reason) {
    if (ended) {
      return;
    }
    ended = true;
    endReason = reason + " (" + error + ")";
    writer.goAway(inbound.acceptUpTo(streams.lastId()), error, reason);
    streams.failAll(error, reason);
    listener.onConnectionError(error, reason);
  }

  private void progress() {
    if (!ended) {
      allowLargerFrames();
      streams.sending.pump();
      checkAnswers();
    }
  }

  private void allowLargerFrames() {
    if (reader.fullFrames() >= MANY_FULL_FRAMES && reader.maxFrameSize() < limits.largestFrame) {
      reader.setMaxFrameSize(limits.largestFrame);
      writer.settingsOfLargerFrames(limits.largestFrame);
    }
  }

  private void checkPending() {
    String overflow = streams.overflow();
    if (overflow != null) {
      fail(ErrorCode.ENHANCE_YOUR_CALM, overflow);
    }
  }

  private void checkAnswers() {
    if (output.size() > MAX_ANSWERS) {
      fail(ErrorCode.ENHANCE_YOUR_CALM, output.size() + " bytes of answers wait to be read");
    }
  }

  /** True once the client's preface and SETTINGS have come. */
  public boolean isEstablished() {
    return reader.isEstablished();
  }

  /** True once the connection has ended, by an error or its owner: no more input is taken. */
  public boolean isEnded() {
    return ended;
  }

  /** True if it is to be closed: it has ended, or this side's code has failed. */
  public boolean isOver() {
    return ended || failure != null;
  }

  /** Why it has ended; null if it has not. */
  public String endReason() {
    return endReason;
  }

  /** False while the client does not read enough to be asked for more. */
  public boolean wantsInput() {
    return !ended && output.size() + streams.sending.answerBytes() < PAUSE;
  }

  public OutputBuffer output() {
    return output;
  }

  /** The owner has written the first bytes of the output. */
  public void written(int bytes) {
    try {
      output.advance(bytes);
      if (!ended) {
        streams.receiving.announceConnection();
        streams.sending.pump();
      }
    } catch (RuntimeException | Error e) {
      broken(e);
      throw e;
    }
  }

  /**
   * Sends header fields. Nothing is sent for a stream that has ended.
   *
   * @param endOfStream makes them a trailers-only response or the trailers, which follow the DATA
   */
  public void sendHeaders(Http2Stream stream, HeaderList headers, boolean endOfStream) {
    try {
      if (ended || !stream.open || stream.endQueued) {
        return;
      }
      stream.answered = true;
      if (endOfStream) {
        streams.sending.end(stream, headers);
      } else {
        streams.sending.headers(stream, headers);
      }
      checkAnswers();
      checkPending();
    } catch (RuntimeException | Error e) {
      broken(e);
      throw e;
    }
  }

  /**
   * Sends DATA, as soon as windows allow.
   *
   * @param buffer taken over: it must not change any more
   */
  public void sendData(
      Http2Stream stream, byte[] buffer, int offset, int length, boolean endOfStream) {
    try {
      if (ended || !stream.open || stream.endQueued) {
        return;
      }
      streams.sending.add(stream, buffer, offset, length, null, endOfStream);
      streams.sending.pump();
      checkPending();
    } catch (RuntimeException | Error e) {
      broken(e);
      throw e;
    }
  }

  /**
   * Sends DATA, as soon as windows allow.
   *
   * @param chunk taken over
   * @param length of the bytes at its beginning that are to be sent
   */
  public void sendData(Http2Stream stream, OutputChunk chunk, int length, boolean endOfStream) {
    try {
      if (ended || !stream.open || stream.endQueued) {
        chunk.discard();
        return;
      }
      streams.sending.add(stream, chunk.bytes(), 0, length, chunk, endOfStream);
      streams.sending.pump();
      checkPending();
    } catch (RuntimeException | Error e) {
      broken(e);
      throw e;
    }
  }

  /** Ends a stream; does nothing if it has ended. */
  public void reset(Http2Stream stream, ErrorCode error) {
    try {
      if (!ended && stream.open) {
        streams.reset(stream, error);
      }
    } catch (RuntimeException | Error e) {
      broken(e);
      throw e;
    }
  }

  /** The owner is done with bytes of onData: the client may send as many more. */
  public void consumed(Http2Stream stream, int bytes) {
    try {
      if (!ended && stream.open) {
        streams.receiving.consumed(stream, bytes);
      }
    } catch (RuntimeException | Error e) {
      broken(e);
      throw e;
    }
  }

  /** Memory that the connection holds for its client, about; without what each has at rest. */
  public long heldBytes() {
    return streams.heldBytes() + output.cost() + reader.heldBytes() + inbound.heldBytes();
  }

  /** Ends the connection because its client makes it hold more than there is memory for. */
  public void endForMemory(String reason) {
    try {
      fail(ErrorCode.ENHANCE_YOUR_CALM, reason);
    } catch (RuntimeException | Error e) {
      broken(e);
      throw e;
    }
  }

  /** There is memory again, after there was too little: the client may send. */
  public void memoryFreed() {
    try {
      if (!ended) {
        streams.receiving.announceConnection();
      }
    } catch (RuntimeException | Error e) {
      broken(e);
      throw e;
    }
  }

  /** Asks for a sign of life. */
  public void ping(long payload) {
    try {
      if (!ended) {
        writer.ping(false, payload);
      }
    } catch (RuntimeException | Error e) {
      broken(e);
      throw e;
    }
  }

  /**
   * Announces the end of the connection; streams that are open go on.
   *
   * @param lastStreamId later ones are ignored; a number that was lower before stays
   */
  public void goAway(int lastStreamId, ErrorCode error, String debugData) {
    try {
      if (!ended) {
        writer.goAway(inbound.acceptUpTo(lastStreamId), error, debugData);
      }
    } catch (RuntimeException | Error e) {
      broken(e);
      throw e;
    }
  }

  /** The number of the last stream that the client opened. */
  public int lastStreamId() {
    return streams.lastId();
  }

  public int openStreams() {
    return streams.table().size();
  }

  /** Bytes that may be sent; the streams have windows of their own. */
  public int sendWindow() {
    return streams.sending.connectionWindow();
  }

  /** Bytes that the client may send; the streams have windows of their own. */
  public int receiveWindow() {
    return streams.receiving.connectionWindow();
  }
}
