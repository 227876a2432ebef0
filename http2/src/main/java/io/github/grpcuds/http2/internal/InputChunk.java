package io.github.grpcuds.http2.internal;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Native memory that a read has filled. Who wants to keep a part of it holds it; when the last one
 * has let go, it goes back to where it came from, to be filled again.
 *
 * <p>Any thread may hold, let go and read.
 */
public final class InputChunk {
  /** Where chunks come from. */
  public interface Home {
    /** Nobody holds it any more. */
    void takeBack(InputChunk chunk);
  }

  private final ByteBuffer bytes;
  private final Home home;
  private final AtomicInteger holders = new AtomicInteger();

  /** A chunk that nobody holds. */
  public InputChunk(ByteBuffer bytes, Home home) {
    this.bytes = bytes;
    this.home = home;
  }

  /** The memory, of its size, for whoever has filled or is about to fill it. */
  public ByteBuffer bytes() {
    return bytes;
  }

  /** A part of it, for one thread to read. */
  public ByteBuffer part(int offset, int length) {
    ByteBuffer part = bytes.duplicate();
    part.limit(offset + length);
    part.position(offset);
    return part;
  }

  /** By a holder, or by the first of them. */
  public void retain() {
    holders.incrementAndGet();
  }

  /** By a holder, who must not touch it any more. */
  public void release() {
    if (holders.decrementAndGet() == 0) {
      home.takeBack(this);
    }
  }
}
