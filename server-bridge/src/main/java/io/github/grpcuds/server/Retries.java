package io.github.grpcuds.server;

/** What has to be tried again, in order: adding takes no memory. Any thread. */
final class Retries {
  /** Something that is done in the end, however often it fails. In one queue at a time. */
  abstract static class Attempt {
    private Attempt next; // guarded by the queue
    private boolean waits; // guarded by the queue

    /** Does it, or throws; what was done of it before is not done again. */
    abstract void attempt();
  }

  // Guarded by this.
  private Attempt first;
  private Attempt last;
  private int size;

  /** Adds one, unless it waits already. */
  synchronized void add(Attempt attempt) {
    if (attempt.waits) {
      return;
    }
    attempt.waits = true;
    attempt.next = null;
    if (first == null) {
      first = attempt;
    } else {
      last.next = attempt;
    }
    last = attempt;
    size++;
  }

  synchronized boolean isEmpty() {
    return first == null;
  }

  private synchronized int size() {
    return size;
  }

  private synchronized Attempt poll() {
    Attempt polled = first;
    if (polled != null) {
      first = polled.next;
      polled.waits = false;
      size--;
    }
    return polled;
  }

  /**
   * Tries those that wait, each once, until one fails: it is tried again the next time. Never
   * throws.
   */
  void run() {
    for (int left = size(); left > 0; left--) {
      Attempt attempt = poll();
      if (attempt == null) { // another thread has taken it
        return;
      }
      try {
        attempt.attempt();
      } catch (Throwable e) {
        MemoryReserve.SHARED.letGoFor(e);
        add(attempt);
        return;
      }
    }
  }
}
