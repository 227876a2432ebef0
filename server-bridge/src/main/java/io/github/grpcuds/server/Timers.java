package io.github.grpcuds.server;

/**
 * Tasks that wait for their times, in the order of those. One thread at a time.
 *
 * <p>A list, for adding to it takes no memory, and whoever adds knows it will run. Most wait for
 * the same time, and so go to the end.
 */
final class Timers {
  /** One of them; in one list at most. */
  static final class Timer {
    private final long nanos;
    private final Runnable task;
    private Timer next;
    private Timer previous;

    /** A task for a time as nanoTime has it. */
    Timer(long nanos, Runnable task) {
      this.nanos = nanos;
      this.task = task;
    }
  }

  private Timer first;
  private Timer last;

  void add(Timer timer) {
    Timer before = last;
    while (before != null && before.nanos - timer.nanos > 0) {
      before = before.previous;
    }
    Timer after = before == null ? first : before.next;
    timer.previous = before;
    timer.next = after;
    if (before == null) {
      first = timer;
    } else {
      before.next = timer;
    }
    if (after == null) {
      last = timer;
    } else {
      after.previous = timer;
    }
  }

  boolean isEmpty() {
    return first == null;
  }

  /** The time of the next one, as nanoTime has it; only if there is one. */
  long nextNanos() {
    return first.nanos;
  }

  /** Takes the task of the next one; only if there is one. */
  Runnable poll() {
    Timer polled = first;
    first = polled.next;
    if (first == null) {
      last = null;
    } else {
      first.previous = null;
    }
    return polled.task;
  }
}
