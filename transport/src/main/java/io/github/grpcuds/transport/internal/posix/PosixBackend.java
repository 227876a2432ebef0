package io.github.grpcuds.transport.internal.posix;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.FilePaths;
import io.github.grpcuds.transport.internal.Platform;
import io.github.grpcuds.transport.internal.channel.Backend;
import io.github.grpcuds.transport.internal.channel.BindFailure;
import io.github.grpcuds.transport.internal.channel.Capability;
import io.github.grpcuds.transport.internal.channel.ConnectFailure;
import io.github.grpcuds.transport.internal.channel.InheritedSocket;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import io.github.grpcuds.transport.internal.file.FileAccess;
import io.github.grpcuds.transport.internal.file.SocketFileState;
import java.io.IOException;
import java.net.SocketException;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.IntPredicate;

/** Sockets of the C library; a subclass knows a way to call it. */
public abstract class PosixBackend implements Backend {
  private static final long DATAGRAM_MILLIS = 1000;

  final Libc libc;

  public PosixBackend(Libc libc) {
    this.libc = libc;
  }

  /**
   * Tries to open a socket, which also shows whether the C library can be called at all.
   *
   * @throws UnsupportedOperationException if the C library is not one that is known here
   * @throws IOException if it cannot now, but may later
   */
  public static void checkWorks(Libc libc) throws IOException {
    if (Abi.HERE == Abi.OTHER) {
      throw new UnsupportedOperationException(
          "it knows the C libraries of Linux, macOS and the BSDs, not that of "
              + System.getProperty("os.name")
              + " "
              + System.getProperty("os.arch"));
    }
    int fd = libc.socket(Constant.SOCK_STREAM);
    if (fd < 0) {
      throw new SocketException("cannot open a Unix socket now: " + libc.describe(fd));
    }
    libc.close(fd);
  }

  @Override
  public final String name() {
    return libc.backend();
  }

  @Override
  public final Set<Capability> capabilities() {
    return Platform.LINUX
        ? EnumSet.allOf(Capability.class)
        : EnumSet.of(Capability.PEER_IDS, Capability.PEER_NAMES);
  }

  @Override
  public final String refusal(UdsAddress address) {
    return address.isAbstract() && !Platform.LINUX
        ? "only Linux has abstract names, and this is " + System.getProperty("os.name")
        : null;
  }

  @Override
  public final UdsChannel connect(UdsAddress address) throws IOException {
    int fd = newSocket(address, Constant.SOCK_STREAM);
    boolean connected = false;
    try {
      int result = libc.connect(fd, SockAddr.encode(address));
      if (result == 0) {
        connected = true;
        return new PosixChannel(libc, fd);
      }
      return explain(address, result);
    } finally {
      if (!connected) {
        libc.close(fd);
      }
    }
  }

  private int newSocket(UdsAddress address, Constant type) throws IOException {
    int fd = libc.socket(type);
    if (fd < 0) {
      throw ConnectFailure.other(address, libc.describe(fd));
    }
    return fd;
  }

  /** Null for a full backlog. */
  private UdsChannel explain(UdsAddress address, int result) throws IOException {
    switch (Errno.of(result)) {
      case EAGAIN:
      case EINTR:
        return null;
      case ECONNREFUSED:
        throw refusedOrNotSocket(address);
      case ENOENT:
        throw ConnectFailure.missing(address);
      case EACCES:
      case EPERM:
        throw denied(address, result);
      case EPROTOTYPE:
        throw ConnectFailure.notStream(address);
      case ENOTDIR:
        throw ConnectFailure.notDirectory(address);
      default:
        throw ConnectFailure.other(address, libc.describe(result));
    }
  }

  /**
   * By the file's mode, or else by a sandbox or a security policy, of which the mode says nothing.
   */
  private IOException denied(UdsAddress address, int result) throws IOException {
    return Errno.EACCES.meantBy(result) && FileAccess.isDenied(address)
        ? ConnectFailure.denied(address)
        : ConnectFailure.forbidden(address, libc.describe(result));
  }

  /** Linux refuses a connection to any file that is no listening socket, whatever it is. */
  private static IOException refusedOrNotSocket(UdsAddress address) throws IOException {
    if (!address.isAbstract() && FilePaths.refusal(address) == null) {
      SocketFileState state = SocketFileState.of(FilePaths.of(address));
      if (state != SocketFileState.SOCKET && state != SocketFileState.MISSING) {
        return ConnectFailure.notSocket(address, state.description());
      }
    }
    return ConnectFailure.refused(address);
  }

  @Override
  public final UdsListener listen(UdsAddress address, int backlog) throws IOException {
    return listen(address, backlog, fd -> true);
  }

  /** Linux gives a socket file the mode of the unbound socket's descriptor (unix_bind). */
  @Override
  public final UdsListener listen(UdsAddress address, int backlog, int mode) throws IOException {
    return Platform.LINUX ? listen(address, backlog, fd -> libc.changeMode(fd, mode) == 0) : null;
  }

  /**
   * @param preparation of the descriptor before it is bound; false ends it with null
   */
  private UdsListener listen(UdsAddress address, int backlog, IntPredicate preparation)
      throws IOException {
    PosixListener listener = newListener(address);
    boolean listening = false;
    try {
      if (!preparation.test(listener.fd)) {
        return null;
      }
      int result = libc.bind(listener.fd, SockAddr.encode(address));
      if (result != 0) {
        throw BindFailure.of(address, Errno.EADDRINUSE.meantBy(result), libc.describe(result));
      }
      result = libc.listen(listener.fd, backlog);
      if (result != 0) {
        throw BindFailure.of(address, false, libc.describe(result));
      }
      listening = true;
      return listener;
    } finally {
      if (!listening) {
        listener.close();
      }
    }
  }

  /** One that is not bound yet, but has all else: there is no shortage once it is bound. */
  private PosixListener newListener(UdsAddress address) throws IOException {
    OpenSocket socket = open(address);
    boolean made = false;
    try {
      PosixListener listener = new PosixListener(libc, socket.fd, socket);
      made = true;
      return listener;
    } finally {
      if (!made) {
        socket.close();
      }
    }
  }

  /** A new stream socket to listen on, non-blocking and kept out of programs that are started. */
  protected OpenSocket open(UdsAddress address) throws IOException {
    int fd = libc.socket(Constant.SOCK_STREAM);
    if (fd < 0) {
      throw BindFailure.other(address, libc.describe(fd));
    }
    return new OpenSocket(fd, () -> libc.close(fd));
  }

  @Override
  public final long pid() {
    return libc.pid();
  }

  @Override
  public final String inheritRefusal(int fd) {
    return null;
  }

  @Override
  public final InheritedSocket inherit(int fd, String shown) throws IOException {
    return PosixInherited.open(libc, fd, shown);
  }

  @Override
  public final String datagramRefusal() {
    return null;
  }

  @Override
  public final void sendDatagram(UdsAddress address, byte[] datagram) throws IOException {
    int fd = newSocket(address, Constant.SOCK_DGRAM);
    try {
      int result = libc.connect(fd, SockAddr.encode(address));
      if (result == 0) {
        result = send(fd, datagram);
      }
      if (result < 0) {
        throw ConnectFailure.other(address, libc.describe(result));
      }
    } finally {
      libc.close(fd);
    }
  }

  private int send(int fd, byte[] datagram) throws IOException {
    int result = libc.send(fd, datagram);
    boolean full = Errno.EAGAIN.meantBy(result);
    return full && awaitRoom(fd) ? libc.send(fd, datagram) : result;
  }

  private boolean awaitRoom(int fd) throws IOException {
    return libc.await(Libc.pollfds(Libc.POLLOUT, fd), DATAGRAM_MILLIS) > 0;
  }
}
