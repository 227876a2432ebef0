package io.github.grpcuds.executor.internal;

/**
 * The threads without a task, for one thread at a time: last in, first out.
 *
 * <p>The one that worked last has the warmest caches, and those below it grow old and end.
 */
final class IdleThreads {
  private CallThread top;

  void push(CallThread thread) {
    thread.below = top;
    if (top != null) {
      top.above = thread;
    }
    top = thread;
  }

  /** The one that came last; null if there is none. */
  CallThread pop() {
    CallThread thread = top;
    if (thread != null) {
      remove(thread);
    }
    return thread;
  }

  /** Takes out one that is in. */
  void remove(CallThread thread) {
    if (thread.above == null) {
      top = thread.below;
    } else {
      thread.above.below = thread.below;
    }
    if (thread.below != null) {
      thread.below.above = thread.above;
    }
    thread.above = null;
    thread.below = null;
  }
}
