package io.github.grpcuds.transport.internal.jnr;

import io.github.grpcuds.transport.internal.channel.InheritFailure;
import io.github.grpcuds.transport.internal.channel.InheritedSocket;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import java.io.IOException;
import jnr.constants.platform.Errno;
import jnr.constants.platform.Sock;
import jnr.constants.platform.SocketOption;

/** Descriptors that the process was started with, checked by the C library. */
final class JnrInherited {
  private JnrInherited() {}

  /** Null if the descriptor is no socket. */
  static InheritedSocket open(Libc libc, int fd, String shown) throws IOException {
    byte[] name = libc.socketName(fd);
    if (name == null) {
      Errno errno = libc.errno();
      if (errno == Errno.ENOTSOCK || (errno == Errno.EBADF && fd == InheritedSocket.STDIN)) {
        return null;
      }
      throw InheritFailure.other(shown, libc.describe(errno));
    }
    int family = SockAddr.family(name);
    if (family != SockAddr.AF_UNIX) {
      throw InheritFailure.notUnix(shown, "one of address family " + family);
    }
    checkListens(libc, fd, shown);
    return new InheritedSocket(listener(libc, fd, shown), SockAddr.decode(name));
  }

  private static void checkListens(Libc libc, int fd, String shown) throws IOException {
    int type = libc.intOption(fd, SocketOption.SO_TYPE);
    if (type != Sock.SOCK_STREAM.intValue()) {
      throw InheritFailure.notStream(shown, "of type " + Sock.valueOf(type));
    }
    if (libc.intOption(fd, SocketOption.SO_ACCEPTCONN) == 0) {
      throw InheritFailure.notListening(shown);
    }
  }

  /** Standard input keeps its descriptor: whatever is opened next would else become that. */
  private static UdsListener listener(Libc libc, int fd, String shown) throws IOException {
    if (fd != InheritedSocket.STDIN) {
      libc.prepare(fd);
      return new JnrListener(libc, fd, () -> libc.close(fd));
    }
    int copy = libc.dup(fd);
    if (copy < 0) {
      throw InheritFailure.other(shown, libc.lastError());
    }
    boolean prepared = false;
    try {
      libc.prepare(copy);
      UdsListener listener = new JnrListener(libc, copy, () -> libc.close(copy));
      prepared = true;
      return listener;
    } finally {
      if (!prepared) {
        libc.close(copy);
      }
    }
  }
}
