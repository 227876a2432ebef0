package io.github.grpcuds.server;

/**
 * Has the calls of one connection take turns with those of others, in an executor that starts tasks
 * in the order in which they come.
 *
 * <p>Only some of a connection's tasks wait there; the others wait here, and each that starts has
 * the next one take its place, behind those of other connections. So a client that makes thousands
 * of calls at once, which all block, delays its own.
 */
final class ConnectionTurns {
  /**
   * How many may wait in the executor. Fewer would leave threads without work, for it learns of the
   * next one only when one starts; more would delay the calls of others by the time that it takes
   * to start them.
   */
  static final int MOST_WAITING = 16;

  // Guarded by this.
  private HandlerTask first; // of those that wait here
  private HandlerTask last;
  private int waiting; // in the executor

  /** False if a task has to wait here; else the caller hands it over. Takes no memory. */
  synchronized boolean enter(HandlerTask task) {
    if (waiting < MOST_WAITING) {
      waiting++;
      return true;
    }
    if (first == null) {
      first = task;
    } else {
      last.next = task;
    }
    last = task;
    return false;
  }

  /**
   * The executor has refused a task. There may be others here: those that it has look after them.
   */
  synchronized void refused() {
    waiting--;
  }

  /** A task has started: the next one, if there is one, is to take its place. */
  synchronized HandlerTask leave() {
    HandlerTask next = first;
    if (next == null) {
      waiting--;
      return null;
    }
    first = next.next;
    next.next = null;
    if (first == null) {
      last = null;
    }
    return next;
  }
}
