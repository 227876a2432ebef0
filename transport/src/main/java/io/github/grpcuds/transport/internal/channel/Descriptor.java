package io.github.grpcuds.transport.internal.channel;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts who is using a file descriptor, so that its number goes back to the kernel only when
 * nobody can use it any more. A number that is closed too early names somebody else's file a moment
 * later.
 *
 * <p>Lock-free: the sign bit says closed, the other bits count the users.
 */
public abstract class Descriptor implements Closeable {
  private static final int CLOSED = Integer.MIN_VALUE;

  private final AtomicInteger state = new AtomicInteger();

  /** Ends the waits of whoever is inside; the descriptor is still open. */
  public abstract void wake();

  /** Gives the number back; called once, with nobody inside. */
  public abstract void release() throws IOException;

  public final boolean isClosed() {
    return state.get() < 0;
  }

  /** Begins a use, to be followed by {@link #leave} in a finally block. */
  public final void enter() throws IOException {
    int seen;
    do {
      seen = state.get();
      if (seen < 0) {
        throw ConnectFailure.closed();
      }
    } while (!state.compareAndSet(seen, seen + 1));
  }

  public final void leave() throws IOException {
    if (state.decrementAndGet() == CLOSED) {
      release();
    }
  }

  /** Keeps new users out and wakes those inside; the last of them releases the descriptor. */
  @Override
  public final void close() throws IOException {
    int seen;
    do {
      seen = state.get();
      if (seen < 0) {
        return;
      }
    } while (!state.compareAndSet(seen, (seen + 1) | CLOSED)); // we are inside while we wake
    try {
      wake();
    } finally {
      leave();
    }
  }
}
