package io.github.grpcuds.transport.internal.channel;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * A few native buffers for the moment of a system call. They are shared, not per thread, so that
 * many threads (virtual ones included) do not each keep one.
 *
 * <p>Internal to grpc-uds: may change in any version.
 */
public final class DirectBuffers {
  private static final int BYTES = 128 * 1024;
  private static final ArrayBlockingQueue<ByteBuffer> FREE = new ArrayBlockingQueue<>(16);

  private DirectBuffers() {}

  /** An empty buffer for at most the given number of bytes; possibly less room than that. */
  public static ByteBuffer take(int bytes) {
    ByteBuffer buffer = FREE.poll();
    if (buffer == null) {
      buffer = ByteBuffer.allocateDirect(BYTES);
    }
    buffer.clear();
    buffer.limit(Math.min(bytes, BYTES));
    return buffer;
  }

  /** Takes a buffer back; its user must not touch it any more. */
  public static void give(ByteBuffer buffer) {
    FREE.offer(buffer);
  }
}
