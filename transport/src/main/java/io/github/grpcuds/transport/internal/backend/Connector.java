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
    return connect(Backends.choose(address), address, timeoutMillis);
  }

  UdsChannel connect(Backend backend, UdsAddress address, long timeoutMillis) throws IOException {
    pause.check();
    UdsChannel channel = backend.connect(address);
    if (channel != null) {
      return channel;
    }
    BacklogQueue queue = BacklogQueue.join(address, pause);
    try {
      return connectOnceThereIsRoom(backend, address, timeoutMillis, queue);
    } finally {
      queue.leave(pause);
    }
  }

  private UdsChannel connectOnceThereIsRoom(
      Backend backend, UdsAddress address, long timeoutMillis, BacklogQueue queue)
      throws IOException {
    long start = System.nanoTime();
    long limit = timeoutMillis == 0 ? Long.MAX_VALUE : TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    long nanos = FIRST_PAUSE_NANOS;
    while (true) {
      long left = limit - (System.nanoTime() - start);
      if (left <= 0) {
        throw ConnectFailure.timedOut(address, timeoutMillis);
      }
      long next = queue.isFirst(pause) ? Math.max(nanos, queue.shareNanos()) : left;
      boolean isNowFirst = pause.sleep(Math.min(next, left));
      UdsChannel channel = backend.connect(address);
      if (channel != null) {
        return channel;
      }
      nanos = isNowFirst ? FIRST_PAUSE_NANOS : Math.min(2 * nanos, LONGEST_PAUSE_NANOS);
    }
  }

  /** Ends a connect that is under way, from any thread. */
  public void cancel() {
    pause.cancel();
  }
}
