package io.github.grpcuds.server;

/** The connections that a server may have at a time. Any thread. */
final class ConnectionPermits {
  private final int limit;

  // Guarded by this.
  private int taken;
  private Runnable waiting; // for a place; null if nobody is

  ConnectionPermits(int limit) {
    this.limit = limit;
  }

  /**
   * Takes a place, if there is one.
   *
   * @param whenFree if there is none, run once by whoever gives one back; must be short
   */
  synchronized boolean take(Runnable whenFree) {
    if (taken == limit) {
      waiting = whenFree;
      return false;
    }
    taken++;
    return true;
  }

  /** Gives back a place that was taken. */
  synchronized void giveBack() {
    taken--;
    if (waiting != null) {
      waiting.run();
      waiting = null; // not before: if memory lacked, the next end tries again
    }
  }
}
