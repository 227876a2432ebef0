package io.github.grpcuds.server;

/**
 * Runs streams' tasks on the current thread, one stream after the other.
 *
 * <p>What a task causes for other streams waits until it has returned: run within it, as many
 * streams as there are could pile up on the stack.
 */
final class Trampoline {
  private static final ThreadLocal<Trampoline> CURRENT = new OfThread();

  /** As withInitial does, which comes with API level 26 of Android. */
  private static final class OfThread extends ThreadLocal<Trampoline> {
    @Override
    protected Trampoline initialValue() {
      return new Trampoline();
    }
  }

  private final SerialQueue.Queue due = new SerialQueue.Queue();
  private boolean running;
  private Exchange exchange;

  private Trampoline() {}

  /**
   * Runs, or leaves to the run that this thread is in, tasks that the caller has to run, and those
   * that follow them.
   */
  static void run(SerialQueue tasks) {
    Trampoline runner = currentIfPossible();
    if (runner == null) {
      SerialQueue.runAll(tasks); // else nobody ever would
      return;
    }
    runner.due.add(tasks);
    runner.drain();
  }

  /** That of this thread. */
  static Trampoline current() {
    return CURRENT.get();
  }

  /** That of this thread; null if there is none yet, and no memory for one. */
  private static Trampoline currentIfPossible() {
    try {
      return CURRENT.get();
    } catch (OutOfMemoryError e) {
      MemoryReserve.SHARED.letGoFor(e);
      return null;
    }
  }

  /** Has this thread deal with a call while a body runs, which it does at any rate. */
  static void runFor(Exchange exchange, Runnable body) {
    Trampoline runner = currentIfPossible();
    if (runner == null) {
      body.run();
      return;
    }
    Exchange before = runner.enter(exchange);
    try {
      body.run();
    } finally {
      runner.enter(before);
    }
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
      SerialQueue next;
      while ((next = due.poll()) != null) {
        next.run();
      }
    } finally {
      running = false;
    }
  }
}
