package io.github.grpcuds.server;

import java.util.concurrent.TimeUnit;

/**
 * Heap that is kept for the end of connections: when there is no other left, it is let go, so that
 * what closes them finds some. A loop takes it back when the shortage is over.
 */
final class MemoryReserve {
  static final MemoryReserve SHARED = new MemoryReserve();

  private static final int PARTS = 8;
  private static final int PART_BYTES = 64 * 1024; // G1 takes no region of its own for it
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private volatile byte[][] held = new byte[PARTS][PART_BYTES];
  private volatile long letGoAt; // as nanoTime has it; of no meaning while it is held

  /** Lets go of it, if an error tells that it is needed. */
  void letGoFor(Throwable e) {
    if (e instanceof OutOfMemoryError) {
      letGoAt = System.nanoTime();
      held = null;
    }
  }

  /** False while there is, or was a moment ago, no heap to be had. */
  boolean isHeld() {
    return held != null;
  }

  /** Takes it again, if it was let go a while ago and there is heap. Any thread. */
  void takeBack() {
    if (held == null && System.nanoTime() - letGoAt > PAUSE_NANOS) {
      try {
        held = new byte[PARTS][PART_BYTES];
      } catch (OutOfMemoryError e) {
        letGoAt = System.nanoTime();
      }
    }
  }
}
