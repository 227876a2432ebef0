package io.github.grpcuds.transport.internal.posix;

import io.github.grpcuds.transport.internal.channel.Poller;
import io.github.grpcuds.transport.internal.channel.Watch;
import java.io.Closeable;

/** A descriptor, which is used between {@link Descriptor#enter} and leave alone. */
final class PosixWatch extends Watch {
  final Descriptor descriptor;
  final int fd;

  /**
   * What an epoll instance looks out for, {@link Watch#NONE} if it does not hold the descriptor.
   */
  int inKernel;

  /** By which {@link TokenTable} knows it. */
  long token;

  PosixWatch(Descriptor descriptor, int fd, Poller.Ready callback) {
    super(callback);
    this.descriptor = descriptor;
    this.fd = fd;
  }

  static PosixWatch of(Closeable socket, Poller.Ready callback) {
    if (socket instanceof PosixChannel) {
      return new PosixWatch((PosixChannel) socket, ((PosixChannel) socket).fd, callback);
    }
    if (socket instanceof PosixListener) {
      return new PosixWatch((PosixListener) socket, ((PosixListener) socket).fd, callback);
    }
    throw new IllegalArgumentException("not a socket of the C library: " + socket);
  }

  /** As poll(2) and epoll_ctl(2) have it, alike. */
  static int events(int interest) {
    return ((interest & READ) != 0 ? Libc.POLLIN : 0)
        | ((interest & WRITE) != 0 ? Libc.POLLOUT : 0);
  }

  /** A hang-up or an error, which come unasked, are for both the reader and the writer. */
  static int readiness(int events) {
    boolean trouble = (events & ~(Libc.POLLIN | Libc.POLLOUT)) != 0;
    return (trouble || (events & Libc.POLLIN) != 0 ? READ : NONE)
        | (trouble || (events & Libc.POLLOUT) != 0 ? WRITE : NONE);
  }

  @Override
  public boolean isClosed() {
    return descriptor.isClosed();
  }
}
