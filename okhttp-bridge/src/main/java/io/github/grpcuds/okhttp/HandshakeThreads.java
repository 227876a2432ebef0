package io.github.grpcuds.okhttp;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;

/**
 * The pool of transports, in which the threads of one that starts begin together.
 *
 * <p>grpc-okhttp has two tasks meet before it connects, and gives up if one of them waits for the
 * other for a second: on a busy machine it takes longer than that to start a thread. So the tasks
 * of a start are held back until all are there, and their threads wait for each other here, where
 * only the connect's time-out limits it.
 */
final class HandshakeThreads implements Executor {
  /** Of a thread that starts a transport, until it has; no other thread has one. */
  private static final ThreadLocal<Start> STARTING = new ThreadLocal<>();

  private final Executor pool;
  private final boolean unlimited;

  /**
   * The threads of a pool.
   *
   * @param unlimited whether it has a thread for each task: else the first of two may have the last
   *     thread, and is not to wait
   */
  HandshakeThreads(Executor pool, boolean unlimited) {
    this.pool = pool;
    this.unlimited = unlimited;
  }

  @Override
  public void execute(Runnable task) {
    Start start = unlimited ? STARTING.get() : null;
    if (start != null && start.threads == this) {
      start.tasks.add(task);
    } else {
      pool.execute(task);
    }
  }

  /** From now on this thread's tasks are held back. */
  void gather() {
    if (unlimited) {
      STARTING.set(new Start(this));
    }
  }

  /** Hands over what was held back. */
  void release() {
    if (!unlimited) {
      return;
    }
    List<Runnable> held = STARTING.get().tasks;
    STARTING.remove();
    CountDownLatch missing = new CountDownLatch(held.size());
    int handed = 0;
    try {
      for (Runnable task : held) {
        pool.execute(new Together(task, missing));
        handed++;
      }
    } finally {
      for (int i = handed; i < held.size(); i++) { // no thread could be had
        missing.countDown();
      }
    }
  }

  private static final class Start {
    final HandshakeThreads threads;
    final List<Runnable> tasks = new ArrayList<>(2);

    Start(HandshakeThreads threads) {
      this.threads = threads;
    }
  }

  private static final class Together implements Runnable {
    private final Runnable task;
    private final CountDownLatch missing;

    Together(Runnable task, CountDownLatch missing) {
      this.task = task;
      this.missing = missing;
    }

    @Override
    public void run() {
      missing.countDown();
      try {
        missing.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      task.run();
    }
  }
}
