package io.github.grpcuds.okhttp;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * The wake-ups of threads that wait for answers which a reading thread has put off until it has
 * handled what it read. An answer is three callbacks: headers, message, end. A caller that is woken
 * by the first takes the processor from the reader, finds no more than that, and sleeps again.
 *
 * <p>Only if several callers are answered at a time. A lone one wakes up while its answer is being
 * handled, which saves it the time.
 *
 * <p>Used by the thread that reads.
 */
final class CallerWakeUps {
  /** So many wait at most: the first callers make their next calls meanwhile. */
  private static final int MOST = 8;

  private final ArrayDeque<WakeUp> putOff = new ArrayDeque<>();
  private Executor last; // of the callers that were answered in this batch
  private int callers; // whose answers came in this batch
  private boolean several; // in the last batch that had any

  /** False if the caller is to be woken at once. */
  boolean offer(Executor caller, Runnable callbacks) {
    if (caller != last) {
      last = caller;
      callers++;
    }
    if (!several) {
      return false;
    }
    if (putOff.size() >= MOST) {
      run(); // first: if that fails, so does this offer, and nothing of it is kept
    }
    putOff.add(new WakeUp(caller, callbacks));
    return true;
  }

  /** What was read has been handled. */
  void endBatch() {
    if (callers > 0) {
      several = callers > 1;
      callers = 0;
      last = null;
    }
    run();
  }

  /** Keeps what finds no memory for the next time. */
  private void run() {
    while (!putOff.isEmpty()) {
      putOff.peek().run();
      putOff.poll();
    }
  }

  private static final class WakeUp {
    private final Executor caller;
    private final Runnable callbacks;

    WakeUp(Executor caller, Runnable callbacks) {
      this.caller = caller;
      this.callbacks = callbacks;
    }

    void run() {
      try {
        caller.execute(callbacks);
      } catch (RejectedExecutionException e) {
        // It no longer waits.
      }
    }
  }
}
