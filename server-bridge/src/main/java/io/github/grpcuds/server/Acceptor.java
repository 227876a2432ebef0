package io.github.grpcuds.server;

import io.github.grpcuds.executor.internal.SafeLog;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.channel.AcceptRetry;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import java.io.IOException;
import java.util.logging.Level;

/**
 * Accepts connections in a loop, and outlives shortages of descriptors, memory and threads: it
 * pauses, says so, and goes on. It also pauses, silently, while the server has no place or no
 * memory for one more; they wait in the backlog.
 */
final class Acceptor {
  private static final SafeLog log = new SafeLog(Acceptor.class);
  private static final int MAX_BATCH = 64;

  /** How long it waits for memory. */
  private static final long MEMORY_PAUSE_MILLIS = 20;

  private final UdsListener listener;
  private final UdsAddress address;
  private final EventLoop loop;
  private final ConnectionPermits places;
  private final MemoryBudget memory;
  private final Taker taker;
  private final AcceptRetry retry = new AcceptRetry(); // of the loop's thread
  private final Runnable resume = this::resume; // made now: a shortage is no time to load code
  private final Runnable resumeSoon = this::resumeSoon;
  private final Retries.Attempt resumption =
      new Retries.Attempt() {
        @Override
        void attempt() {
          resume();
        }
      };
  private volatile boolean closed;

  /** Takes over a connection and its place, which it gives back whatever happens. */
  interface Taker {
    void take(UdsChannel channel) throws IOException;
  }

  Acceptor(
      UdsListener listener,
      UdsAddress address,
      EventLoop loop,
      ConnectionPermits places,
      MemoryBudget memory,
      Taker taker) {
    this.listener = listener;
    this.address = address;
    this.loop = loop;
    this.places = places;
    this.memory = memory;
    this.taker = taker;
  }

  void start() throws IOException {
    loop.schedule(() -> {}, 0); // a timer works, also when it is first needed in a shortage
    watch();
  }

  /**
   * Not after {@link #close}: an inherited socket, which others have open too, would stay in the
   * kernel's epoll instance for good.
   */
  private synchronized void watch() throws IOException {
    if (!closed) {
      loop.poller().addListener(listener, (readable, writable) -> accept());
    }
  }

  private synchronized void unwatch() {
    closed = true;
    loop.poller().removeListener(listener);
  }

  /** From any thread. */
  void close() {
    unwatch();
    try {
      listener.close();
    } catch (IOException e) {
      log.log(Level.WARNING, "Closing " + address + " failed", e);
    }
  }

  private void accept() {
    try {
      for (int i = 0; i < MAX_BATCH; i++) {
        if (!MemoryReserve.SHARED.isHeld() || memory.isNearlyFull()) {
          pauseForMemory();
          return;
        }
        if (!places.take(resumeSoon)) {
          loop.poller().removeListener(listener);
          return;
        }
        UdsChannel channel = acceptInPlace();
        if (channel == null) {
          return;
        }
        take(channel);
        retry.accepted();
      }
    } catch (IOException | RuntimeException | Error e) {
      pause(e);
    }
  }

  private UdsChannel acceptInPlace() throws IOException {
    UdsChannel channel = null;
    try {
      channel = listener.accept();
      return channel;
    } finally {
      if (channel == null) {
        places.giveBack();
      }
    }
  }

  private void take(UdsChannel channel) throws IOException {
    boolean taken = false;
    try {
      taker.take(channel);
      taken = true;
    } finally {
      if (!taken) {
        channel.close();
      }
    }
  }

  /** To accept on a full heap is a danger: the JDK's native code does not expect it. */
  private void pauseForMemory() {
    loop.schedule(resume, MEMORY_PAUSE_MILLIS);
    loop.poller().removeListener(listener);
  }

  private void pause(Throwable shortage) {
    MemoryReserve.SHARED.letGoFor(shortage);
    if (closed) {
      return;
    }
    // First the timer: if there is no memory even for that, the listener is still watched.
    loop.schedule(resume, retry.failed(address, new IOException(shortage.toString(), shortage)));
    loop.poller().removeListener(listener);
  }

  /** In the thread that ended a connection; the loop may not have ended its watch yet. */
  private void resumeSoon() {
    loop.retry(resumption); // takes no memory
  }

  private void resume() {
    if (closed) {
      return;
    }
    try {
      watch();
      if (!closed) {
        accept();
      }
    } catch (IOException | RuntimeException | Error e) {
      pauseUnwatched(e);
    }
  }

  /** As {@link #pause}, where nothing but this would have it go on. */
  private void pauseUnwatched(Throwable shortage) {
    try {
      pause(shortage);
    } catch (RuntimeException | Error e) {
      loop.retry(resumption);
    }
  }
}
