package io.github.grpcuds.transport.internal.channel;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What all pollers do alike: who is watched, what is delivered, and when the loop has to be woken.
 *
 * @param <W> what this kind of poller knows of a socket
 */
public abstract class AbstractPoller<W extends Watch> implements Poller {
  /** The loop is busy; it sees all changes before it waits again. */
  private static final int BUSY = 0;

  /** The loop waits, or is about to, and has to be signalled. */
  private static final int WAITING = 1;

  /** The loop is not to wait. */
  private static final int WOKEN = 2;

  private static final int FIRST_PURGE = 64;

  /** Guards the watches and all changes of interest; held while no callback runs. */
  public final Object lock = new Object();

  /** By the socket itself; guarded by lock. */
  public final IdentityHashMap<Closeable, W> watches = new IdentityHashMap<>();

  private volatile boolean closed;
  private int purgeAt = FIRST_PURGE; // guarded by lock
  private final AtomicInteger state = new AtomicInteger(BUSY);
  private final List<Watch> batch = new ArrayList<>(); // the loop's alone

  /** Recognizes the socket. */
  public abstract W watch(Closeable socket, Ready callback);

  /** Begins to watch for {@link Watch#interest}; under the lock. */
  public abstract void begin(W watch) throws IOException;

  /** Follows a change of {@link Watch#interest}; under the lock. */
  public abstract void change(W watch) throws IOException;

  /** Ends the watch of a socket, which may be closed; under the lock. */
  public abstract void end(W watch);

  /** Waits, and calls {@link #found} for what is ready; not under the lock. */
  public abstract void await(long timeoutMillis) throws IOException;

  /** Ends a wait that is on, or the next one. */
  public abstract void signal();

  /** Gives the poller's descriptors back, once no wait uses them, and ends a wait. */
  public abstract void closeAll() throws IOException;

  public static IOException closed() {
    return new IOException("Poller is closed");
  }

  /** An open that failed, most often for want of descriptors. */
  public static IOException cannotOpen(IOException cause) {
    return new IOException("Cannot make a poller: " + cause.getMessage(), cause);
  }

  @Override
  public final void add(UdsChannel channel, Ready callback) throws IOException {
    addSocket(channel, callback);
  }

  @Override
  public final void addListener(UdsListener listener, Ready callback) throws IOException {
    addSocket(withoutFile(listener), callback);
  }

  private void addSocket(Closeable socket, Ready callback) throws IOException {
    W watch = watch(socket, callback);
    synchronized (lock) {
      purge();
      if (watches.containsKey(socket)) {
        throw new IllegalStateException("already watched: " + socket);
      }
      watches.put(socket, watch);
      boolean begun = false;
      try {
        begin(watch);
        begun = true;
      } finally {
        if (!begun) {
          watches.remove(socket);
        }
      }
    }
  }

  /** Drops those that were closed without a remove, each time there are twice as many watches. */
  private void purge() {
    if (watches.size() < purgeAt) {
      return;
    }
    for (Iterator<W> all = watches.values().iterator(); all.hasNext(); ) {
      W watch = all.next();
      if (watch.isClosed()) {
        all.remove();
        end(watch);
      }
    }
    purgeAt = Math.max(FIRST_PURGE, 2 * watches.size());
  }

  @Override
  public final void setInterest(UdsChannel channel, boolean read, boolean write)
      throws IOException {
    synchronized (lock) {
      W watch = watches.get(channel);
      if (watch != null && !watch.isClosed()) {
        watch.interest = (read ? Watch.READ : Watch.NONE) | (write ? Watch.WRITE : Watch.NONE);
        change(watch);
      }
    }
  }

  @Override
  public final void remove(UdsChannel channel) {
    removeSocket(channel);
  }

  @Override
  public final void removeListener(UdsListener listener) {
    removeSocket(withoutFile(listener));
  }

  private void removeSocket(Closeable socket) {
    synchronized (lock) {
      W watch = watches.get(socket);
      if (watch != null) {
        watch.interest = Watch.NONE;
        end(watch); // if memory lacks for that, it can be removed once more
        watches.remove(socket);
      }
    }
  }

  private static UdsListener withoutFile(UdsListener listener) {
    return listener instanceof WrappedListener ? ((WrappedListener) listener).listener() : listener;
  }

  @Override
  public final int poll(long timeoutMillis) throws IOException {
    boolean waits = state.compareAndSet(BUSY, WAITING);
    batch.clear(); // of a wait that failed
    try {
      await(waits ? timeoutMillis : 0);
    } finally {
      state.set(BUSY);
    }
    if (closed) {
      batch.clear();
      throw closed();
    }
    return deliver();
  }

  /** Notes a ready socket for delivery after the wait. */
  public final void found(Watch watch, int ready) {
    watch.ready = ready;
    batch.add(watch);
  }

  /** What a callback that throws keeps from being delivered, the next wait finds again. */
  private int deliver() {
    int delivered = 0;
    try {
      for (int i = 0; i < batch.size(); i++) {
        if (batch.get(i).deliver()) {
          delivered++;
        }
      }
    } finally {
      batch.clear();
    }
    return delivered;
  }

  @Override
  public final void wakeup() {
    if (state.getAndSet(WOKEN) == WAITING) {
      signal();
    }
  }

  @Override
  public final void close() throws IOException {
    synchronized (lock) {
      closed = true;
      for (W watch : watches.values()) {
        watch.interest = Watch.NONE;
      }
      watches.clear();
    }
    closeAll();
  }

  /** Makes a loop that waits see a change; a busy one will. */
  public final void refresh() {
    if (state.compareAndSet(WAITING, WOKEN)) {
      signal();
    }
  }
}
