package io.github.grpcuds.http2.internal;

/** What a peer may do and send; values are checked by who sets them. */
public final class Http2Limits {
  /** SETTINGS_MAX_CONCURRENT_STREAMS. */
  public int maxConcurrentStreams = 10_000;

  /** SETTINGS_INITIAL_WINDOW_SIZE, and the connection's window at least. */
  public int flowControlWindow = 1024 * 1024;

  /** What a stream's window grows to that uses it; not if it is not larger than it is at first. */
  public int largestWindow;

  /**
   * SETTINGS_MAX_FRAME_SIZE, once a client has sent frames of 16,384 bytes, the most at first,
   * again and again. It has a header to make, and a window to look at, for each frame of a large
   * message; data is passed on as it comes, so that its frames cost no memory here.
   */
  public int largestFrame = 128 * 1024;

  /** SETTINGS_MAX_HEADER_LIST_SIZE, in bytes as RFC 9113 counts them. */
  public int maxHeaderListBytes = 8192;

  /**
   * Streams that may be reset per second, by the peer or for its errors; at once the tenfold, and
   * besides as many as were open together.
   */
  public int maxResetsPerSecond = 500;

  /** Bytes that wait in the connection: received and not yet consumed, or not yet sent. */
  public long maxPendingBytes = 32L * 1024 * 1024;

  /** What others hold that share the memory. */
  public Http2Memory memory = Http2Memory.UNSHARED;
}
