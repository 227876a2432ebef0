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
import java.util.logging.Level;
import java.util.logging.Logger;

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
  private static final Logger logger = Logger.getLogger(TransportExecutor.class.getName());

  private final Executor pool;
  private final boolean inlineWrites;
  private final long maxBlockBytes;
  private final Map<Runnable, ConnectionWriter> writers = new ConcurrentHashMap<>();
  private final Set<ConnectionWriter> all = // guarded by itself
      Collections.newSetFromMap(new WeakHashMap<ConnectionWriter, Boolean>());
  private volatile boolean aborted;

  /**
   * The executor of a channel.
   *
   * @param inlineWrites false if writers run in the pool as well
   * @param maxBlockBytes of a header block that a server may send
   */
  TransportExecutor(Executor pool, boolean inlineWrites, long maxBlockBytes) {
    this.pool = pool;
    this.inlineWrites = inlineWrites;
    this.maxBlockBytes = maxBlockBytes;
  }

  @Override
  public void execute(Runnable task) {
    ConnectionGuard.install(task, this);
    if (!inlineWrites) {
      pool.execute(task);
      return;
    }
    ConnectionWriter writer = writers.get(task);
    if (writer == null) {
      runInPool(task);
    } else if (!writer.isOpenToAll() || !DeferredRuns.current().offer(writer)) {
      runInPool(task);
    }
  }

  void runInPool(Runnable task) {
    pool.execute(new Pooled(task));
  }

  /** Of this transport; null if it is not known, or its thread writes by way of Okio. */
  ConnectionWriter writerOf(Object transport) {
    Object task = OkHttpInternals.get(OkHttpInternals.TRANSPORT_EXECUTOR, transport);
    ConnectionWriter writer = writers.get(task);
    return writer != null && isMovable(task) ? writer : null;
  }

  long maxBlockBytes() {
    return maxBlockBytes;
  }

  /** For work of the output itself. */
  Executor pool() {
    return pool;
  }

  /** Adds a writer to those that {@link #abort} looks at, be it run by this executor or not. */
  void add(ConnectionWriter writer) {
    synchronized (all) {
      all.add(writer);
    }
  }

  void connected(Runnable task, ConnectionWriter writer) {
    writers.put(task, writer);
  }

  void closed(Runnable task) {
    writers.remove(task);
  }

  /** Ends connections whose peers do not read, now and later: grpc-okhttp waits for them. */
  void abort() {
    aborted = true;
    List<ConnectionWriter> now;
    synchronized (all) {
      now = new ArrayList<>(all);
    }
    for (ConnectionWriter writer : now) {
      writer.abortIfBehind();
    }
  }

  boolean isAborted() {
    return aborted;
  }

  /**
   * Has the rest of a writer's work done by the pool; called in the course of it. A serializing
   * executor stops when its executor changes, and goes on there.
   */
  void moveToPool(Runnable task) {
    ((SerializingExecutor) task).setExecutor(new Continuation());
  }

  /** True if {@link #moveToPool} works with it. */
  private static boolean isMovable(Object task) {
    try {
      SerializingExecutor.class.getMethod("setExecutor", Executor.class);
      return task instanceof SerializingExecutor;
    } catch (NoSuchMethodException | LinkageError e) {
      logger.log(Level.FINE, "Threads of calls do not write to sockets: grpc-core differs", e);
      return false;
    }
  }

  /** A task in a thread of the pool. */
  private static final class Pooled implements Runnable {
    private final Runnable task;

    Pooled(Runnable task) {
      this.task = task;
    }

    @Override
    public void run() {
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
