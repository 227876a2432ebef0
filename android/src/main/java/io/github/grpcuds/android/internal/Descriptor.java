package io.github.grpcuds.android.internal;

import android.system.ErrnoException;
import android.system.Os;
import android.system.OsConstants;
import io.github.grpcuds.transport.internal.channel.ConnectFailure;
import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts who is using a socket's file descriptor, so that its number goes back to the kernel only
 * when nobody can use it any more. A number that is closed too early names somebody else's file a
 * moment later.
 *
 * <p>Lock-free: the sign bit says closed, the other bits count the users.
 */
abstract class Descriptor implements Closeable {
  private static final int CLOSED = Integer.MIN_VALUE;

  final FileDescriptor fd;
  private final AtomicInteger state = new AtomicInteger();

  Descriptor(FileDescriptor fd) {
    this.fd = fd;
  }

  /** Gives the number back; called once, with nobody inside. */
  abstract void release() throws IOException;

  /** Ends the waits of whoever is inside; the descriptor is still open. */
  void wake() {
    shutdown(OsConstants.SHUT_RDWR);
  }

  final boolean isClosed() {
    return state.get() < 0;
  }

  /** Begins a use, to be followed by {@link #leave} in a finally block. */
  final void enter() throws IOException {
    int seen;
    do {
      seen = state.get();
      if (seen < 0) {
        throw ConnectFailure.closed();
      }
    } while (!state.compareAndSet(seen, seen + 1));
  }

  final void leave() throws IOException {
    if (state.decrementAndGet() == CLOSED) {
      release();
    }
  }

  /** Shuts an open descriptor down; a poll sees the hang-up that this makes. */
  final void shutdown(int how) {
    try {
      Os.shutdown(fd, how);
    } catch (ErrnoException e) {
      // ENOTCONN, its one error, says that the peer was first
    }
  }

  /** Waits until the descriptor is ready; false if the time passed first. */
  final boolean await(int events, long timeoutMillis) throws IOException {
    enter();
    try {
      boolean ready = SystemCalls.await(fd, events, timeoutMillis);
      if (isClosed()) {
        throw ConnectFailure.closed();
      }
      return ready;
    } finally {
      leave();
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
