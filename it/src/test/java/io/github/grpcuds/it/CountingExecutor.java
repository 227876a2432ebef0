package io.github.grpcuds.it;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A transport executor that counts its tasks. */
final class CountingExecutor implements Executor {
  final AtomicInteger tasks = new AtomicInteger();
  final AtomicInteger running = new AtomicInteger();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @Override
  public void execute(Runnable task) {
    tasks.incrementAndGet();
    running.incrementAndGet();
    threads.execute(
        () -> {
          try {
            task.run();
          } finally {
            running.decrementAndGet();
          }
        });
  }
}
