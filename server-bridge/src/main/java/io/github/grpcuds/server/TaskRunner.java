package io.github.grpcuds.server;

/**
 * Runs streams' tasks on the current thread, one stream after the other.
 *
 * <p>What a task causes for other streams waits until it has returned: run within it, as many
 * streams as there are could pile up on the stack.
 */
final class TaskRunner {
  private static final ThreadLocal<TaskRunner> CURRENT = ThreadLocal.withInitial(TaskRunner::new);

  private final StreamTasks.Queue due = new StreamTasks.Queue();
  private boolean running;
  private Exchange exchange;

  private TaskRunner() {}

  /**
   * Runs, or leaves to the run that this thread is in, tasks that the caller has to run, and those
   * that follow them.
   */
  static void run(StreamTasks tasks) {
    TaskRunner runner = CURRENT.get();
    runner.due.add(tasks);
    runner.drain();
  }

  /** That of this thread. */
  static TaskRunner current() {
    return CURRENT.get();
  }

  /** The call that this thread deals with; null if with none. */
  Exchange exchange() {
    return exchange;
  }

  /** From now on this thread deals with that call, or with none; returns the one before. */
  Exchange enter(Exchange entered) {
    Exchange before = exchange;
    exchange = entered;
    return before;
  }

  /** True if this thread runs tasks now, so that what it adds runs later. */
  static boolean isRunning() {
    return CURRENT.get().running;
  }

  private void drain() {
    if (running) {
      return;
    }
    running = true;
    try {
      StreamTasks next;
      while ((next = due.poll()) != null) {
        next.run();
      }
    } finally {
      running = false;
    }
  }
}
