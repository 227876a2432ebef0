package io.github.grpcuds.transport.internal.channel;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * A wait that its time ends, {@link #wake} or {@link #cancel}; an interrupt does not, and the flag
 * is kept.
 */
public final class Pause {
  // Guarded by this.
  private boolean cancelled;
  private boolean woken;

  /**
   * Waits for this time, or until it is woken, which may have happened before.
   *
   * @return whether it was woken
   * @throws java.net.SocketException "Socket closed" once cancelled
   */
  public boolean sleep(long nanos) throws IOException {
    long deadline = System.nanoTime() + nanos;
    boolean interrupted = false;
    boolean early;
    synchronized (this) {
      long left = nanos;
      while (!cancelled && !woken && left > 0) {
        try {
          TimeUnit.NANOSECONDS.timedWait(this, left);
        } catch (InterruptedException e) {
          interrupted = true;
        }
        left = deadline - System.nanoTime();
      }
      early = woken;
      woken = false;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    check();
    return early;
  }

  /** Ends this wait or, if there is none, the next one, from any thread. */
  public synchronized void wake() {
    woken = true;
    notifyAll();
  }

  /**
   * Fails if no wait would begin any more.
   *
   * @throws java.net.SocketException "Socket closed" once cancelled
   */
  public synchronized void check() throws IOException {
    if (cancelled) {
      throw ConnectFailure.closed();
    }
  }

  /** Ends this and every later wait, from any thread. */
  public synchronized void cancel() {
    cancelled = true;
    notifyAll();
  }
}
