package io.github.grpcuds.transport.internal.jnr;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.FileModes;
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
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.IntPredicate;
import jnr.constants.platform.Errno;
import jnr.unixsocket.UnixServerSocketChannel;

/**
 * Sockets of <a href="https://github.com/jnr/jnr-unixsocket">jnr-unixsocket</a> (JDK 8+, not on
 * Windows).
 *
 * <p>Its channels open and own the descriptors that servers listen on and are woken by. All else
 * goes straight to the C library, by the library that it stands on, because the channels count a
 * path's characters instead of its bytes, ignore time-outs, report errors as text and use a
 * descriptor after its close (jnr-unixsocket #81, #52, #21), and because a client would wait 0.2 s
 * for what jnr-ffi generates.
 */
public final class JnrBackend implements Backend {
  public static final String NAME = "jnr";

  private static final long DATAGRAM_MILLIS = 1000;

  private final Libc libc;

  private JnrBackend(Libc libc) {
    this.libc = libc;
  }

  /**
   * The backend, if jnr-unixsocket is on the class path and its native library loads.
   *
   * @throws UnsupportedOperationException with the reason if not
   * @throws UncheckedIOException if a later try may succeed
   */
  public static Backend load() {
    if (Platform.WINDOWS) {
      throw new UnsupportedOperationException("jnr-unixsocket has no Unix sockets on Windows");
    }
    try {
      requireWhole();
      Libc libc = Libc.load();
      int fd = libc.streamSocket();
      if (fd < 0) {
        String why = libc.lastError();
        throw new UncheckedIOException(
            "cannot open a Unix socket now: " + why, new SocketException(why));
      }
      libc.close(fd);
      return new JnrBackend(libc);
    } catch (NoClassDefFoundError e) {
      throw new UnsupportedOperationException(
          "jnr-unixsocket is not on the class path (add com.github.jnr:jnr-unixsocket): " + e, e);
    } catch (UncheckedIOException e) {
      throw e;
    } catch (LinkageError | RuntimeException e) {
      throw new UnsupportedOperationException(
          "jnr-unixsocket's native library does not load on "
              + System.getProperty("os.name")
              + " "
              + System.getProperty("os.arch")
              + " (Java 16 and later work without it): "
              + e,
          e);
    }
  }

  /** What it stands on may be there for the sake of others; servers need all of it. */
  private static Class<?> requireWhole() {
    return UnixServerSocketChannel.class;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Set<Capability> capabilities() {
    return Platform.LINUX
        ? EnumSet.allOf(Capability.class)
        : EnumSet.of(Capability.PEER_IDS, Capability.PEER_NAMES);
  }

  @Override
  public String refusal(UdsAddress address) {
    return address.isAbstract() && !Platform.LINUX
        ? "only Linux has abstract names, and this is " + System.getProperty("os.name")
        : null;
  }

  @Override
  public UdsChannel connect(UdsAddress address) throws IOException {
    int fd = libc.streamSocket();
    if (fd < 0) {
      throw ConnectFailure.other(address, libc.lastError());
    }
    boolean connected = false;
    try {
      libc.prepare(fd);
      if (libc.connect(fd, SockAddr.encode(address)) == 0) {
        connected = true;
        return new JnrChannel(libc, fd);
      }
      return explain(address, libc.errno());
    } finally {
      if (!connected) {
        libc.close(fd);
      }
    }
  }

  /** Null for a full backlog. */
  private UdsChannel explain(UdsAddress address, Errno errno) throws IOException {
    switch (errno) {
      case EAGAIN:
      case EWOULDBLOCK:
      case EINTR:
        return null;
      case ECONNREFUSED:
        throw refusedOrNotSocket(address);
      case ENOENT:
        throw ConnectFailure.missing(address);
      case EACCES:
      case EPERM:
        throw denied(address, errno);
      case EPROTOTYPE:
        throw ConnectFailure.notStream(address);
      case ENOTDIR:
        throw ConnectFailure.notDirectory(address);
      default:
        throw ConnectFailure.other(address, libc.describe(errno));
    }
  }

  /**
   * By the file's mode, or else by a sandbox or a security policy, of which the mode says nothing.
   */
  private IOException denied(UdsAddress address, Errno errno) throws IOException {
    return errno == Errno.EACCES && FileAccess.isDenied(address)
        ? ConnectFailure.denied(address)
        : ConnectFailure.forbidden(address, libc.describe(errno));
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
  public UdsListener listen(UdsAddress address, int backlog) throws IOException {
    return listen(address, backlog, fd -> true);
  }

  /** Linux gives a socket file the mode of the unbound socket's descriptor (unix_bind). */
  @Override
  public UdsListener listen(UdsAddress address, int backlog, Set<PosixFilePermission> mode)
      throws IOException {
    int bits = FileModes.bits(mode);
    return Platform.LINUX ? listen(address, backlog, fd -> libc.changeMode(fd, bits) == 0) : null;
  }

  /**
   * @param preparation of the descriptor before it is bound; false ends it with null
   */
  private UdsListener listen(UdsAddress address, int backlog, IntPredicate preparation)
      throws IOException {
    JnrListener listener = newListener();
    boolean listening = false;
    try {
      if (!preparation.test(listener.fd)) {
        return null;
      }
      if (libc.bind(listener.fd, SockAddr.encode(address)) != 0) {
        throw BindFailure.of(address, libc.errno() == Errno.EADDRINUSE, libc.lastError());
      }
      if (libc.listen(listener.fd, backlog) != 0) {
        throw BindFailure.of(address, false, libc.lastError());
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
  private JnrListener newListener() throws IOException {
    UnixServerSocketChannel socket = open();
    boolean made = false;
    try {
      libc.prepare(socket.getFD());
      JnrListener listener = new JnrListener(libc, socket.getFD(), socket);
      made = true;
      return listener;
    } finally {
      if (!made) {
        socket.close();
      }
    }
  }

  private static UnixServerSocketChannel open() throws IOException {
    try {
      return UnixServerSocketChannel.open();
    } catch (LinkageError e) { // of jnr-ffi, say, which clients do without
      throw (IOException) new SocketException("jnr-unixsocket does not work: " + e).initCause(e);
    }
  }

  @Override
  public long pid() {
    return libc.pid();
  }

  @Override
  public String inheritRefusal(int fd) {
    return null;
  }

  @Override
  public InheritedSocket inherit(int fd, String shown) throws IOException {
    return JnrInherited.open(libc, fd, shown);
  }

  @Override
  public String datagramRefusal() {
    return null;
  }

  @Override
  public void sendDatagram(UdsAddress address, byte[] datagram) throws IOException {
    int fd = libc.datagramSocket();
    if (fd < 0) {
      throw ConnectFailure.other(address, libc.lastError());
    }
    try {
      libc.prepare(fd);
      ByteBuffer bytes = ByteBuffer.allocateDirect(datagram.length);
      bytes.put(datagram).flip();
      if (libc.connect(fd, SockAddr.encode(address)) != 0 || !sent(fd, bytes)) {
        throw ConnectFailure.other(address, libc.lastError());
      }
      CFunction.keep(bytes);
    } finally {
      libc.close(fd);
    }
  }

  private boolean awaitRoom(int fd) throws IOException {
    ByteBuffer pollfd = Libc.pollfds(Libc.POLLOUT, fd);
    boolean room = libc.await(pollfd, DATAGRAM_MILLIS) > 0;
    CFunction.keep(pollfd);
    return room;
  }

  private boolean sent(int fd, ByteBuffer bytes) throws IOException {
    if (libc.send(fd, bytes) >= 0) {
      return true;
    }
    Errno errno = libc.errno();
    boolean full = errno == Errno.EAGAIN || errno == Errno.EWOULDBLOCK;
    return full && awaitRoom(fd) && libc.send(fd, bytes) >= 0;
  }
}
