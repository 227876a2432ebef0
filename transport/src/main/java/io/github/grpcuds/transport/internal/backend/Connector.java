package io.github.grpcuds.transport.internal.backend;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.channel.Backend;
import io.github.grpcuds.transport.internal.channel.ConnectFailure;
import io.github.grpcuds.transport.internal.channel.Pause;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Connects, and tries again while the listener's backlog is full: the kernel has no way to wait for
 * a place in it that a close could end.
 */
public final class Connector {
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Pause pause = new Pause();

  /**
   * Connects, however long the listener's backlog is full.
   *
   * @param timeoutMillis 0 tries for ever
   * @throws IOException as {@link ConnectFailure} has them; "Socket closed" after {@link #cancel}
   */
  public UdsChannel connect(UdsAddress address, long timeoutMillis) throws IOException {
    Backend backend = Backends.choose(address);
    long start = System.nanoTime();
    long limit = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    for (long nanos = FIRST_PAUSE_NANOS; ; nanos = Math.min(2 * nanos, LONGEST_PAUSE_NANOS)) {
      pause.check();
      UdsChannel channel = backend.connect(address);
      if (channel != null) {
        return channel;
      }
      long left = limit - (System.nanoTime() - start);
      if (timeoutMillis != 0 && left <= 0) {
        throw ConnectFailure.timedOut(address, timeoutMillis);
      }
      pause.sleep(timeoutMillis == 0 ? nanos : Math.min(nanos, left));
    }
  }

  /** Ends a connect that is under way, from any thread. */
  public void cancel() {
    pause.cancel();
  }
}
