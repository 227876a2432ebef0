package io.github.grpcuds.http2.internal;

/**
 * What a peer did wrong.
 *
 * <p>Without a stream the connection ends (RFC 9113, section 5.4.1), else the stream alone (section
 * 5.4.2). Has no stack trace: it tells about the peer, and a hostile one may cause many.
 */
public final class Http2Exception extends Exception {
  private static final long serialVersionUID = 1;

  private final ErrorCode error;
  private final int streamId;

  private Http2Exception(ErrorCode error, int streamId, String message) {
    super(message);
    this.error = error;
    this.streamId = streamId;
  }

  /** An error that ends the connection. */
  static Http2Exception connection(ErrorCode error, String message) {
    return new Http2Exception(error, 0, message);
  }

  /** An error that ends one stream. */
  static Http2Exception stream(int streamId, ErrorCode error, String message) {
    return new Http2Exception(error, streamId, message);
  }

  /** None; the constructor that leaves it out came with API level 24 of Android. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }

  public ErrorCode error() {
    return error;
  }

  /** The stream that ends, or 0 if the connection does. */
  int streamId() {
    return streamId;
  }
}
