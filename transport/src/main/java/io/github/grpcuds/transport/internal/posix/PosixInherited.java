package io.github.grpcuds.transport.internal.posix;

import io.github.grpcuds.transport.internal.channel.InheritFailure;
import io.github.grpcuds.transport.internal.channel.InheritedSocket;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import java.io.IOException;

/** Descriptors that the process was started with, checked by the C library. */
final class PosixInherited {
  private PosixInherited() {}

  /** Null if the descriptor is no socket. */
  static InheritedSocket open(Libc libc, int fd, String shown) throws IOException {
    ValueResult memory = new ValueResult(SockAddr.MAX_BYTES);
    int result = libc.library().getsockname(fd, memory.value, memory.length);
    if (result < 0) {
      boolean closedInput = fd == InheritedSocket.STDIN && Errno.EBADF.meantBy(result);
      if (closedInput || Errno.ENOTSOCK.meantBy(result)) {
        return null;
      }
      throw InheritFailure.other(shown, libc.describe(result));
    }
    byte[] name = new byte[Math.min(memory.length(), SockAddr.MAX_BYTES)];
    memory.value.get(name);
    int family = SockAddr.family(name);
    if (family != SockAddr.AF_UNIX) {
      throw InheritFailure.notUnix(shown, "one of address family " + family);
    }
    checkListens(libc, fd, shown);
    return new InheritedSocket(listener(libc, fd, shown), SockAddr.decode(name));
  }

  private static void checkListens(Libc libc, int fd, String shown) throws IOException {
    int type = libc.intOption(fd, Constant.SO_TYPE);
    if (type != Constant.SOCK_STREAM.value()) {
      throw InheritFailure.notStream(shown, "of type " + Constant.socketType(type));
    }
    if (libc.intOption(fd, Constant.SO_ACCEPTCONN) == 0) {
      throw InheritFailure.notListening(shown);
    }
  }

  /** Standard input keeps its descriptor: whatever is opened next would else become that. */
  private static UdsListener listener(Libc libc, int fd, String shown) throws IOException {
    if (fd != InheritedSocket.STDIN) {
      libc.prepare(fd);
      return new PosixListener(libc, fd, () -> libc.close(fd));
    }
    int copy = libc.dup(fd);
    if (copy < 0) {
      throw InheritFailure.other(shown, libc.describe(copy));
    }
    boolean prepared = false;
    try {
      libc.prepare(copy);
      UdsListener listener = new PosixListener(libc, copy, () -> libc.close(copy));
      prepared = true;
      return listener;
    } finally {
      if (!prepared) {
        libc.close(copy);
      }
    }
  }
}
