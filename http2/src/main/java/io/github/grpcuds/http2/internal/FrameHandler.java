package io.github.grpcuds.http2.internal;

/**
 * Receives frames whose lengths, padding and stream numbers {@link FrameReader} has checked. Arrays
 * are the caller's again after the return.
 */
interface FrameHandler {
  /**
   * A DATA frame begins; its parts follow as they come in.
   *
   * @param length of the payload, which is what flow control counts: data and padding
   */
  void dataStart(int streamId, int length) throws Http2Exception;

  /**
   * A part of the data, without padding; length > 0.
   *
   * @param endOfStream if nothing follows but {@link #dataEnd}
   */
  void dataPart(byte[] buffer, int offset, int length, boolean endOfStream) throws Http2Exception;

  /** As the other; who keeps the part holds the chunk. */
  void dataPart(InputChunk chunk, int offset, int length, boolean endOfStream)
      throws Http2Exception;

  /**
   * The DATA frame is complete.
   *
   * @param padding octets of its length that were no data
   */
  void dataEnd(int length, int padding, boolean endOfStream) throws Http2Exception;

  /** HEADERS, without padding and priority. */
  void headers(
      int streamId,
      boolean endOfStream,
      boolean endOfHeaders,
      byte[] buffer,
      int offset,
      int length)
      throws Http2Exception;

  void continuation(int streamId, boolean endOfHeaders, byte[] buffer, int offset, int length)
      throws Http2Exception;

  /** A priority, in a frame of its own or in HEADERS. */
  void priority(int streamId, int dependency) throws Http2Exception;

  void reset(int streamId, int code) throws Http2Exception;

  void settings(byte[] buffer, int offset, int length) throws Http2Exception;

  void settingsAck() throws Http2Exception;

  void ping(long payload) throws Http2Exception;

  void pingAck(long payload) throws Http2Exception;

  void goAway(int code, byte[] buffer, int debugOffset, int debugLength) throws Http2Exception;

  void windowUpdate(int streamId, int increment) throws Http2Exception;

  /** A frame that breaks a rule of its stream alone. */
  void streamError(int streamId, ErrorCode error, String reason) throws Http2Exception;

  /** A frame of a type that RFC 9113 does not have. */
  void unknown(int type, int length) throws Http2Exception;
}
