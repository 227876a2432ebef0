package io.github.grpcuds.transport.internal.posix;

import io.github.grpcuds.transport.internal.channel.Descriptor;
import io.github.grpcuds.transport.internal.channel.DescriptorWatch;
import io.github.grpcuds.transport.internal.channel.Poller;
import io.github.grpcuds.transport.internal.channel.Watch;
import java.io.Closeable;

/** A descriptor by its number. */
final class PosixWatch extends DescriptorWatch {
  final int fd;

  /**
   * What an epoll instance looks out for, {@link Watch#NONE} if it does not hold the descriptor.
   */
  int inKernel;

  /** By which {@link TokenTable} knows it. */
  long token;

  PosixWatch(Descriptor descriptor, int fd, Poller.Ready callback) {
    super(descriptor, callback);
    this.fd = fd;
  }

  static PosixWatch of(Closeable socket, Poller.Ready callback) {
    if (socket instanceof PosixDescriptor) {
      PosixDescriptor descriptor = (PosixDescriptor) socket;
      return new PosixWatch(descriptor, descriptor.fd, callback);
    }
    throw new IllegalArgumentException("not a socket of the C library: " + socket);
  }

  /** As poll(2) and epoll_ctl(2) have it, alike. */
  static int events(int interest) {
    return events(interest, Libc.POLLIN, Libc.POLLOUT);
  }

  static int readiness(int events) {
    return readiness(events, Libc.POLLIN, Libc.POLLOUT);
  }
}
