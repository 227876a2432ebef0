package io.github.grpcuds.android.internal;

import android.system.ErrnoException;
import android.system.Os;
import android.system.OsConstants;
import io.github.grpcuds.transport.internal.channel.ConnectFailure;
import io.github.grpcuds.transport.internal.channel.Descriptor;
import java.io.FileDescriptor;
import java.io.IOException;

/** A descriptor of a socket, as Android's classes share it. */
abstract class AndroidDescriptor extends Descriptor {
  final FileDescriptor fd;

  AndroidDescriptor(FileDescriptor fd) {
    this.fd = fd;
  }

  @Override
  public final void wake() {
    shutdown(OsConstants.SHUT_RDWR);
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
}
