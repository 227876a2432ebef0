package io.github.grpcuds.okhttp;

import io.grpc.internal.SerializingExecutor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import okio.Buffer;

/** A connection that is written as grpc-okhttp's are; its pool runs when it is told to. */
final class FakeConnection {
  static final byte[] PREFACE = "PRI * HTTP/2.0".getBytes(StandardCharsets.US_ASCII);

  /** A task of the writer. */
  interface Task {
    void run() throws Exception;
  }

  final SlowChannel channel = new SlowChannel(PREFACE.length);
  final Queue<Runnable> pool = new ArrayDeque<>();
  final TransportExecutor executor = new TransportExecutor(this::addToPool, true, 0);
  final ConnectionWriter writer = new ConnectionWriter(channel.socket, channel, executor, 0);
  final QueuedOutput output = writer.output();
  private final SerializingExecutor serializing = new SerializingExecutor(executor);
  boolean poolRejects;
  volatile Executor threads; // run the pool's tasks at once; null: when it is told to

  FakeConnection() {
    add(
        () -> {
          output.write(PREFACE);
          output.flush();
        });
    runPool();
  }

  private void addToPool(Runnable task) {
    if (poolRejects) {
      throw new RejectedExecutionException("by the test");
    }
    Executor now = threads;
    if (now == null) {
      pool.add(task);
    } else {
      now.execute(task);
    }
  }

  void add(Task task) {
    serializing.execute(
        () -> {
          try {
            task.run();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  /** A task that writes and flushes. */
  void addWrite(byte[] bytes) {
    add(() -> write(bytes));
  }

  void write(byte[] bytes) throws Exception {
    Buffer buffer = new Buffer().write(bytes);
    output.write(buffer, buffer.size());
    output.flush();
  }

  void runPool() {
    while (!pool.isEmpty()) {
      pool.poll().run();
    }
  }

  /** Runs the writer as a thread does that has put it off. */
  void runPutOff() {
    DeferredRuns runs = DeferredRuns.current();
    runs.beginBatch(writer);
    runs.offer(writer);
    runs.endBatch();
  }
}
