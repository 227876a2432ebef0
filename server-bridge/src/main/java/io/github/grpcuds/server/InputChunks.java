package io.github.grpcuds.server;

import io.github.grpcuds.http2.internal.InputChunk;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The native memory into which a server's connections read large messages, and where these stay
 * until gRPC takes them apart: so they are copied once on the way.
 *
 * <p>However little of a chunk is kept, all of it is: so there are only so many. Who finds none
 * reads into an array, as for small messages. A chunk counts until the garbage collector has found
 * that nobody has it any more, be it that it was not kept for later, or that its last holder never
 * let it go: a message that gRPC has not closed.
 */
final class InputChunks implements InputChunk.Home {
  /** Bytes of a read; more make it no faster. */
  static final int CHUNK_BYTES = 128 * 1024;

  /** Of the heap, which is as large as native memory may become unless somebody says otherwise. */
  private static final int LARGEST_SHARE = 8;

  private static final long LARGEST_BYTES = 64L << 20;

  /** Kept for the next large messages: two of gRPC's largest. */
  private static final int MOST_FREE = (8 << 20) / CHUNK_BYTES;

  /** To find out that there is no native memory takes a second. */
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final int most;
  private final ArrayDeque<InputChunk> free = new ArrayDeque<>(); // guarded by this
  private final Set<Reference<?>> created = new HashSet<>(); // guarded by this
  private final ReferenceQueue<InputChunk> gone = new ReferenceQueue<>();
  private long pauseUntil = System.nanoTime(); // guarded by this

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
    InputChunk chunk = free.isEmpty() ? create() : free.pop(); // the last given: still in caches
    if (chunk != null) {
      chunk.bytes().clear();
      chunk.retain();
    }
    return chunk;
  }

  private InputChunk create() {
    for (Reference<?> lost = gone.poll(); lost != null; lost = gone.poll()) {
      created.remove(lost);
    }
    if (created.size() >= most || System.nanoTime() - pauseUntil < 0) {
      return null;
    }
    try {
      InputChunk chunk = new InputChunk(ByteBuffer.allocateDirect(CHUNK_BYTES), this);
      created.add(new PhantomReference<>(chunk, gone));
      return chunk;
    } catch (OutOfMemoryError e) {
      pauseUntil = System.nanoTime() + PAUSE_NANOS;
      return null;
    }
  }

  @Override
  public synchronized void takeBack(InputChunk chunk) {
    if (free.size() < MOST_FREE) {
      free.push(chunk);
    }
  }

  /** How many are in use, or lost and not found to be. */
  synchronized int held() {
    return created.size() - free.size();
  }
}
