package io.github.grpcuds.transport.internal.posix;

import io.github.grpcuds.transport.internal.channel.ConnectFailure;
import io.github.grpcuds.transport.internal.channel.Descriptor;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A descriptor of a socket, by its number. */
abstract class PosixDescriptor extends Descriptor {
  final Libc libc;
  public final int fd;

  PosixDescriptor(Libc libc, int fd) {
    this.libc = libc;
    this.fd = fd;
  }

  /** Waits for what {@link Libc#pollfds} says; false if the time passed first. */
  final boolean await(ByteBuffer pollfds, long timeoutMillis) throws IOException {
    enter();
    try {
      boolean ready = libc.await(pollfds, timeoutMillis) > 0;
      if (isClosed()) {
        throw ConnectFailure.closed();
      }
      return ready;
    } finally {
      leave();
    }
  }
}
