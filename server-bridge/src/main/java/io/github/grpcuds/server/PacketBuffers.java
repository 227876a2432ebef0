package io.github.grpcuds.server;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Buffers for TLS records on their way, shared by all connections, so that none keeps its own and
 * none is made for each record.
 */
final class PacketBuffers {
  /**
   * Room for 64 KiB in records: four, for the JDK fills none to the last byte, and what an engine
   * wants free for the fifth.
   */
  static final int SIZE = 82 * 1024;

  /** More threads than that may be at it; what is over is garbage afterwards. */
  private static final int KEPT = 16;

  private static final BlockingQueue<byte[]> free = new ArrayBlockingQueue<>(KEPT);

  private PacketBuffers() {}

  static byte[] take() {
    byte[] buffer = free.poll();
    return buffer == null ? new byte[SIZE] : buffer;
  }

  /** Gives a buffer back; its owner must not touch it any more. */
  static void give(byte[] buffer) {
    free.offer(buffer);
  }
}
