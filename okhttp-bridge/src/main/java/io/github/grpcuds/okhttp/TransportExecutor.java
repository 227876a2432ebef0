package io.github.grpcuds.okhttp;

import io.grpc.internal.SerializingExecutor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * Where grpc-okhttp's transports of one channel run: in a pool, but for the writers of connected
 * sockets, which run in the thread that made the output, as {@link DeferredRuns} has it.
 *
 * <p>grpc-okhttp hands a connection's writes to a serializing executor, and that to this one. A
 * connection's first writes, which connect it, are run by the pool; then its socket's stream tells
 * by {@link #connected} which task it is written by. If grpc-okhttp should do that differently one
 * day, no task is known, and all run in the pool.
 */
final class TransportExecutor implements Executor {
  private final Executor pool;
  private final Map<Runnable, QueuedOutput> writers = new ConcurrentHashMap<>();
  private final Set<QueuedOutput> outputs = // guarded by itself
      Collections.newSetFromMap(new WeakHashMap<QueuedOutput, Boolean>());
  private volatile boolean aborted;

  TransportExecutor(Executor pool) {
    this.pool = pool;
  }

  @Override
  public void execute(Runnable task) {
    QueuedOutput output = writers.get(task);
    if (output == null) {
      pool.execute(new Pooled(task, null));
    } else if (!output.isOpenToAll() || !DeferredRuns.current().offer(output)) {
      runInPool(task, output);
    }
  }

  void runInPool(Runnable writer, QueuedOutput output) {
    pool.execute(new Pooled(writer, output));
  }

  /** For work of the output itself. */
  Executor pool() {
    return pool;
  }

  /**
   * Adds an output to those that {@link #abort} looks at, be it written by this executor or not.
   */
  void add(QueuedOutput output) {
    synchronized (outputs) {
      outputs.add(output);
    }
  }

  void connected(Runnable writer, QueuedOutput output) {
    writers.put(writer, output);
  }

  void closed(Runnable writer) {
    writers.remove(writer);
  }

  /** Ends connections whose peers do not read, now and later: grpc-okhttp waits for them. */
  void abort() {
    aborted = true;
    List<QueuedOutput> all;
    synchronized (outputs) {
      all = new ArrayList<>(outputs);
    }
    for (QueuedOutput output : all) {
      output.abortIfBehind();
    }
  }

  boolean isAborted() {
    return aborted;
  }

  /**
   * Has the rest of a writer's work done by the pool; called in the course of it. A serializing
   * executor stops when its executor changes, and goes on there.
   */
  void moveToPool(Runnable writer) {
    ((SerializingExecutor) writer).setExecutor(new Continuation());
  }

  /**
   * True if {@link #moveToPool} works with it.
   *
   * @throws ReflectiveOperationException if it works with none, as {@link LinkageError} does
   */
  static boolean isMovable(Runnable writer) throws ReflectiveOperationException {
    SerializingExecutor.class.getMethod("setExecutor", Executor.class);
    return writer instanceof SerializingExecutor;
  }

  /** A task in a thread of the pool. */
  private static final class Pooled implements Runnable {
    private final Runnable task;
    private final QueuedOutput output; // that it writes to; null if it is no writer

    Pooled(Runnable task, QueuedOutput output) {
      this.task = task;
      this.output = output;
    }

    @Override
    public void run() {
      if (output != null) {
        output.openToAll(task);
      }
      DeferredRuns.current().runTask(task);
    }
  }

  /** This executor, but another one by identity. */
  private final class Continuation implements Executor {
    @Override
    public void execute(Runnable task) {
      TransportExecutor.this.execute(task);
    }
  }
}
