package io.github.grpcuds.server;

import io.github.grpcuds.http2.InputChunk;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * The native memory into which a server's connections read large messages, and where these stay
 * until gRPC takes them apart: so they are copied once on the way.
 *
 * <p>However little of a chunk is kept, all of it is: so there are only so many. Who finds none
 * reads into an array, as for small messages.
 */
final class InputChunks implements InputChunk.Home {
  /** Bytes of a read; more make it no faster. */
  static final int CHUNK_BYTES = 128 * 1024;

  /** Of the heap, which is as large as native memory may become unless somebody says otherwise. */
  private static final int LARGEST_SHARE = 8;

  private static final long LARGEST_BYTES = 64L << 20;

  /** Kept for the next large messages: two of gRPC's largest. */
  private static final int MOST_FREE = (8 << 20) / CHUNK_BYTES;

  private final ArrayDeque<InputChunk> free = new ArrayDeque<>(); // guarded by this
  private int most; // guarded by this
  private int held; // guarded by this

  InputChunks() {
    this((int) (Math.min(LARGEST_BYTES, heap() / LARGEST_SHARE) / CHUNK_BYTES));
  }

  /** As many as said at most. */
  InputChunks(int most) {
    this.most = most;
  }

  private static long heap() {
    return Runtime.getRuntime().maxMemory();
  }

  /** A chunk that the caller holds, all its memory to be filled; null if there is none. */
  synchronized InputChunk take() {
    if (held >= most) {
      return null;
    }
    InputChunk chunk = free.isEmpty() ? create() : free.pop(); // the last given: still in caches
    if (chunk != null) {
      held++;
      chunk.bytes().clear();
      chunk.hold();
    }
    return chunk;
  }

  private InputChunk create() {
    try {
      return new InputChunk(ByteBuffer.allocateDirect(CHUNK_BYTES), this);
    } catch (OutOfMemoryError e) {
      most = held; // to find out takes a second
      return null;
    }
  }

  @Override
  public synchronized void takeBack(InputChunk chunk) {
    held--;
    if (free.size() < MOST_FREE) {
      free.push(chunk);
    }
  }

  /** How many are in use. */
  synchronized int held() {
    return held;
  }
}
