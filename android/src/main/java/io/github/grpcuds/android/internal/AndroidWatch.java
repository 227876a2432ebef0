package io.github.grpcuds.android.internal;

import android.system.OsConstants;
import io.github.grpcuds.transport.internal.channel.DescriptorWatch;
import io.github.grpcuds.transport.internal.channel.Poller;
import java.io.Closeable;
import java.io.FileDescriptor;

/** A descriptor as Android's classes have it. */
final class AndroidWatch extends DescriptorWatch {
  final FileDescriptor fd;

  private AndroidWatch(AndroidDescriptor descriptor, Poller.Ready callback) {
    super(descriptor, callback);
    this.fd = descriptor.fd;
  }

  static AndroidWatch of(Closeable socket, Poller.Ready callback) {
    if (socket instanceof AndroidDescriptor) {
      return new AndroidWatch((AndroidDescriptor) socket, callback);
    }
    throw new IllegalArgumentException("not a socket of backend android: " + socket);
  }

  /** As poll(2) has it. */
  int events() {
    return events(interest, OsConstants.POLLIN, OsConstants.POLLOUT);
  }

  static int readiness(int revents) {
    return readiness(revents, OsConstants.POLLIN, OsConstants.POLLOUT);
  }
}
