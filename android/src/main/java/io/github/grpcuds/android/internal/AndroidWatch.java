package io.github.grpcuds.android.internal;

import android.system.OsConstants;
import io.github.grpcuds.transport.internal.channel.Poller;
import io.github.grpcuds.transport.internal.channel.Watch;
import java.io.Closeable;

/** A descriptor, which is used between {@link Descriptor#enter} and leave alone. */
final class AndroidWatch extends Watch {
  final Descriptor descriptor;

  private AndroidWatch(Descriptor descriptor, Poller.Ready callback) {
    super(callback);
    this.descriptor = descriptor;
  }

  static AndroidWatch of(Closeable socket, Poller.Ready callback) {
    if (socket instanceof Descriptor) {
      return new AndroidWatch((Descriptor) socket, callback);
    }
    throw new IllegalArgumentException("not a socket of backend android: " + socket);
  }

  /** As poll(2) has it. */
  int events() {
    int wanted = interest;
    return ((wanted & READ) != 0 ? OsConstants.POLLIN : 0)
        | ((wanted & WRITE) != 0 ? OsConstants.POLLOUT : 0);
  }

  /** A hang-up or an error, which come unasked, are for both the reader and the writer. */
  static int readiness(int revents) {
    boolean trouble = (revents & ~(OsConstants.POLLIN | OsConstants.POLLOUT)) != 0;
    return (trouble || (revents & OsConstants.POLLIN) != 0 ? READ : NONE)
        | (trouble || (revents & OsConstants.POLLOUT) != 0 ? WRITE : NONE);
  }

  @Override
  public boolean isClosed() {
    return descriptor.isClosed();
  }
}
