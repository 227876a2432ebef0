package io.github.grpcuds.okhttp;

import io.github.grpcuds.transport.internal.channel.UdsChannel;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.Executor;
import okio.Sink;

/**
 * Binds the output of one connection to what writes it: grpc-okhttp's serializing executor, here
 * called the writer, whose tasks run in a thread of the pool or in one that made the output.
 *
 * <p>The writer becomes known when its first bytes come, which a task of it writes. It stays
 * unknown over TLS, whose first bytes are not those of HTTP/2.
 */
final class ConnectionWriter {
  /** How HTTP/2 begins in plain text; TLS begins otherwise (RFC 9113, section 3.4). */
  private static final byte[] PREFACE = "PRI ".getBytes(StandardCharsets.US_ASCII);

  private final TransportExecutor executor;
  private final QueuedOutput output;
  private boolean begun; // guarded by the output's lock
  private volatile Runnable task; // the writer; null until it is known, and over TLS
  private volatile boolean direct; // the writer writes to the output, not by way of Okio

  /**
   * Makes the output of a connected socket, and its writer.
   *
   * @param stuckMillis how long the server may take nothing of what waits; 0: for ever
   */
  ConnectionWriter(
      Socket socket, UdsChannel channel, TransportExecutor executor, long stuckMillis) {
    this.executor = executor;
    this.output = new QueuedOutput(socket, channel, this, stuckMillis);
    executor.add(this);
  }

  QueuedOutput output() {
    return output;
  }

  /** The output's first bytes are about to be written, by this thread; under the output's lock. */
  void begin(byte[] source, int offset, int length) {
    if (begun) {
      return;
    }
    begun = true;
    byte[] start = Arrays.copyOfRange(source, offset, offset + Math.min(length, PREFACE.length));
    Runnable running = DeferredRuns.current().task();
    if (running != null && Arrays.equals(start, PREFACE)) {
      task = running;
      executor.connected(running, this);
    }
  }

  boolean isKnown() {
    return task != null;
  }

  /** True if a thread that may be interrupted and should not wait may be the writer's. */
  boolean isOpenToAll() {
    return direct && !output.isBehind();
  }

  /** Makes that possible, by the sink that is returned. */
  Sink writeDirectly() {
    direct = true;
    return new DirectSink(output);
  }

  /** Runs the writer in this thread. */
  void run() {
    task.run();
  }

  void runInPool() {
    executor.runInPool(task);
  }

  /** A task of the writer writes so many bytes. The writer goes on in the pool after its turn. */
  void writes(long bytes) {
    DeferredRuns runs = DeferredRuns.current();
    if (runs.running() == this && runs.ranEnough(bytes)) {
      executor.moveToPool(task);
    }
  }

  /**
   * Moves the writer to the pool if it runs in the interest of this thread, which must not wait.
   *
   * @return false if this thread may wait
   */
  boolean leaveToPool() {
    if (DeferredRuns.current().running() != this) {
      return false;
    }
    executor.moveToPool(task);
    return true;
  }

  /** For work of the output itself. */
  Executor pool() {
    return executor.pool();
  }

  /** True if no thread may wait for the server any more. */
  boolean isAborted() {
    return executor.isAborted();
  }

  void abort() {
    output.abort();
  }

  void abortIfBehind() {
    if (output.isBehind()) {
      output.abort();
    }
  }

  void closed() {
    Runnable known = task;
    if (known != null) {
      executor.closed(known);
    }
  }
}
