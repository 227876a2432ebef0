package io.github.grpcuds.http2.internal;

/**
 * An array for a part of a body, to be used again once that is sent.
 *
 * <p>Belongs to whoever fills it until it is handed to {@link Http2Connection#sendData(Http2Stream,
 * OutputChunk, int, boolean)}, then to the connection.
 */
public final class OutputChunk {
  /** How much goes into each. */
  public static final int BYTES = ArrayPool.ARRAY_BYTES;

  private final ArrayPool pool;
  private final byte[] bytes;
  private int holders; // guarded by the lock of the connection's owner

  private OutputChunk(ArrayPool pool) {
    this.pool = pool;
    this.bytes = pool.take();
  }

  /** One to be filled. What is in it is of no meaning. */
  public static OutputChunk take() {
    return new OutputChunk(ArrayPool.SHARED);
  }

  /** One of a pool of its own. */
  static OutputChunk of(ArrayPool pool) {
    return new OutputChunk(pool);
  }

  public byte[] bytes() {
    return bytes;
  }

  void retain() {
    holders++;
  }

  /** By the last holder: nobody may touch it any more. */
  void release() {
    if (--holders == 0) {
      pool.give(bytes);
    }
  }

  /** Gives it back unsent, by whoever was to fill it. */
  public void discard() {
    pool.give(bytes);
  }
}
