package io.github.grpcuds.http2.internal;

/**
 * Learns what happens on a connection.
 *
 * <p>Called by the methods of {@link Http2Connection}, so under its owner's lock: implementations
 * note what happened and return. They must not call the connection back, but for {@link
 * Http2Stream#attach}.
 */
public interface Http2Listener {
  /** The client's preface and SETTINGS have come; told first. */
  void onPreface();

  /** A request came, its header fields checked as RFC 9113, section 8, asks. */
  void onRequest(Http2Stream stream, HeaderList headers, boolean endOfStream);

  /**
   * A part of the body came. The bytes are the caller's again after the return.
   *
   * @param length may be 0 at the end of the stream, which trailers also are
   */
  void onData(Http2Stream stream, byte[] buffer, int offset, int length, boolean endOfStream);

  /**
   * As the other, for a large part: who keeps it holds the chunk, from before the return.
   *
   * @param length some thousands
   */
  void onData(Http2Stream stream, InputChunk chunk, int offset, int length, boolean endOfStream);

  /** DATA handed to {@link Http2Connection#sendData} is no longer queued. */
  void onSent(Http2Stream stream, int bytes);

  /**
   * A stream ended before its time: the peer has reset it, or broke a rule and was told so, or the
   * connection ended. Nothing more is told about it.
   */
  void onReset(Http2Stream stream, ErrorCode error, String reason);

  /**
   * A stream ended as it should: both sides are done, and all that was sent is in the output.
   * Nothing more is told about it.
   */
  void onClosed(Http2Stream stream);

  /** The peer asks for a sign of life; the answer is queued already. */
  void onPing();

  void onPingAck(long payload);

  /** The peer will open no more streams. */
  void onGoAway(ErrorCode error, String debugData);

  /**
   * The peer broke a rule of connections, or passed a bound: a GOAWAY is queued, all streams have
   * been told. Once the output is written the socket is to be closed.
   */
  void onConnectionError(ErrorCode error, String reason);
}
