package io.github.grpcuds.transport.internal.jdk;

import io.github.grpcuds.transport.internal.channel.ConnectFailure;
import io.github.grpcuds.transport.internal.channel.Pause;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.Selector;
import java.util.concurrent.TimeUnit;

/**
 * Waits until a non-blocking channel is ready for one kind of operation.
 *
 * <p>A selector of its own, opened at the first wait, so that a reader and a writer never share
 * one. One thread waits at a time; {@link #close}, from any thread, ends its wait. An interrupt
 * does not: select() would return at once for as long as the flag is set, so the flag is put aside
 * meanwhile.
 *
 * <p>Where no descriptor is left for a selector, it looks at the {@link SpareSelector}'s now and
 * then, and opens its own as soon as it can.
 */
final class SelectorWait implements Closeable {
  /** Between two looks without a selector of its own. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final SelectableChannel channel;
  private final int operation;
  private final Pause pause = new Pause();
  private final Object lock = new Object();
  private Selector selector; // guarded by lock until opened, closed under it
  private boolean closed; // guarded by lock

  SelectorWait(SelectableChannel channel, int operation) {
    this.channel = channel;
    this.operation = operation;
  }

  /** Takes now what the first wait would, lest a shortage of descriptors keeps it from waiting. */
  void prepare() throws IOException {
    openSelector();
  }

  /** Waits; 0 is without limit. False if the time passed first. */
  boolean await(long timeoutMillis) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    Selector own = null;
    while (own == null) {
      own = openSelectorIfPossible();
      if (own == null) {
        if (isReadyBySpare()) {
          return true;
        }
        if (timeoutMillis != 0 && millisLeft(deadline) < 0) {
          return false;
        }
        pause.sleep(PAUSE_NANOS);
      }
    }
    return await(own, timeoutMillis, deadline);
  }

  /** Null if no descriptor is left. */
  private Selector openSelectorIfPossible() throws IOException {
    try {
      return openSelector();
    } catch (IOException e) {
      checkOpen();
      return null;
    }
  }

  private boolean isReadyBySpare() throws IOException {
    try {
      return SpareSelector.isReady(channel, operation);
    } catch (ClosedChannelException e) {
      throw ConnectFailure.closed();
    }
  }

  private void checkOpen() throws IOException {
    synchronized (lock) {
      if (closed || !channel.isOpen()) {
        throw ConnectFailure.closed();
      }
    }
  }

  private boolean await(Selector ready, long timeoutMillis, long deadline) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        long millis = timeoutMillis == 0 ? 0 : millisLeft(deadline);
        int selected = millis < 0 ? ready.selectNow() : ready.select(millis);
        interrupted |= Thread.interrupted();
        ready.selectedKeys().clear();
        if (selected > 0) {
          return true;
        }
        if (!channel.isOpen()) {
          throw ConnectFailure.closed();
        }
        if (millis < 0) {
          return false;
        }
      }
    } catch (ClosedSelectorException e) {
      throw ConnectFailure.closed();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Rounded up, so that a wait is never short; -1 when nothing is left. */
  private static long millisLeft(long deadline) {
    long nanos = deadline - System.nanoTime();
    return nanos <= 0 ? -1 : (nanos + 999_999) / 1_000_000;
  }

  private Selector openSelector() throws IOException {
    synchronized (lock) {
      if (closed) {
        throw ConnectFailure.closed();
      }
      if (selector == null) {
        Selector opened = Selector.open();
        try {
          channel.register(opened, operation);
        } catch (ClosedChannelException e) {
          opened.close();
          throw ConnectFailure.closed();
        }
        selector = opened;
      }
      return selector;
    }
  }

  @Override
  public void close() throws IOException {
    Selector open;
    synchronized (lock) {
      closed = true;
      open = selector;
    }
    pause.cancel();
    if (open != null) {
      open.close();
    }
  }
}
