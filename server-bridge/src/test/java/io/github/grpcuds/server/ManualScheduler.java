package io.github.grpcuds.server;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Keeps what is scheduled, cancelled or not, for the test to run. */
final class ManualScheduler extends ScheduledThreadPoolExecutor {
  final List<Runnable> tasks = new ArrayList<>();
  final List<Long> delays = new ArrayList<>();
  boolean refuses;

  ManualScheduler() {
    super(0);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
    if (refuses) {
      throw new RejectedExecutionException("by a test");
    }
    tasks.add(task);
    delays.add(unit.toNanos(delay));
    return super.schedule(() -> {}, 1, TimeUnit.DAYS);
  }

  void runLast() {
    tasks.get(tasks.size() - 1).run();
  }

  long lastDelay() {
    return delays.get(delays.size() - 1);
  }
}
