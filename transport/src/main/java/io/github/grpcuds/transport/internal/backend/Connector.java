package io.github.grpcuds.transport.internal.backend;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.channel.Backend;
import io.github.grpcuds.transport.internal.channel.ConnectFailure;
import io.github.grpcuds.transport.internal.channel.Pause;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Connects, and tries again while the listener's backlog is full: the kernel has no way to wait for
 * a place in it that a close could end.
 */
public final class Connector {
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** For each that waits, so that all of them together cost a processor little. */
  private static final long SHARE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private static final AtomicInteger waiting = new AtomicInteger(); // in the process

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
    waiting.incrementAndGet();
    try {
      return connectOnceThereIsRoom(backend, address, timeoutMillis);
    } finally {
      waiting.decrementAndGet();
    }
  }

  private UdsChannel connectOnceThereIsRoom(Backend backend, UdsAddress address, long timeoutMillis)
      throws IOException {
    long start = System.nanoTime();
    long limit = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    for (long nanos = FIRST_PAUSE_NANOS; ; nanos = Math.min(2 * nanos, LONGEST_PAUSE_NANOS)) {
      long left = limit - (System.nanoTime() - start);
      if (timeoutMillis != 0 && left <= 0) {
        throw ConnectFailure.timedOut(address, timeoutMillis);
      }
      long fair = Math.max(nanos, waiting.get() * SHARE_NANOS);
      pause.sleep(timeoutMillis == 0 ? fair : Math.min(fair, left));
      UdsChannel channel = backend.connect(address);
      if (channel != null) {
        return channel;
      }
    }
  }

  /** Ends a connect that is under way, from any thread. */
  public void cancel() {
    pause.cancel();
  }
}
