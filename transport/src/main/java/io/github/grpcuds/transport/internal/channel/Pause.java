package io.github.grpcuds.transport.internal.channel;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * A wait that only its time or {@link #cancel} ends; an interrupt does not, and the flag is kept.
 */
public final class Pause {
  private boolean cancelled; // guarded by this

  /**
   * Waits for this time.
   *
   * @throws java.net.SocketException "Socket closed" once cancelled
   */
  public void sleep(long nanos) throws IOException {
    long deadline = System.nanoTime() + nanos;
    boolean interrupted = false;
    synchronized (this) {
      long left = nanos;
      while (!cancelled && left > 0) {
        try {
          TimeUnit.NANOSECONDS.timedWait(this, left);
        } catch (InterruptedException e) {
          interrupted = true;
        }
        left = deadline - System.nanoTime();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    check();
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
