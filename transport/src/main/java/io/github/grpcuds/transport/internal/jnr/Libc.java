package io.github.grpcuds.transport.internal.jnr;

import static io.github.grpcuds.transport.internal.jnr.CFunction.INT;
import static io.github.grpcuds.transport.internal.jnr.CFunction.POINTER;
import static io.github.grpcuds.transport.internal.jnr.CFunction.SIGNED_SIZE;
import static io.github.grpcuds.transport.internal.jnr.CFunction.SIZE;
import static io.github.grpcuds.transport.internal.jnr.CFunction.UNSIGNED;

import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.util.concurrent.TimeUnit;
import jnr.constants.platform.Errno;
import jnr.constants.platform.Fcntl;
import jnr.constants.platform.OpenFlags;
import jnr.constants.platform.Shutdown;
import jnr.constants.platform.Sock;
import jnr.constants.platform.SocketLevel;
import jnr.constants.platform.SocketOption;

/** The C library's socket calls, with what is needed to make them from Java. */
final class Libc {
  static final short POLLIN = 0x1;
  static final short POLLOUT = 0x4;

  /** The commands of epoll_ctl(2). */
  static final int EPOLL_CTL_ADD = 1;

  static final int EPOLL_CTL_DEL = 2;
  static final int EPOLL_CTL_MOD = 3;

  private static final int FD_CLOEXEC = 1;
  private static final int EPOLL_CLOEXEC = 0x80000; // O_CLOEXEC
  private static final int POLLFD_BYTES = 8;
  private static final int MOST_TEXT = 1024; // of an error's description

  private static final CFunction SOCKET = CFunction.of("socket", INT, INT, INT, INT);
  private static final CFunction DUP = CFunction.of("dup", INT, INT);
  private static final CFunction GETPID = CFunction.of("getpid", INT);
  private static final CFunction GETSOCKNAME =
      CFunction.of("getsockname", INT, INT, POINTER, POINTER);
  private static final CFunction CONNECT = CFunction.of("connect", INT, INT, POINTER, INT);
  private static final CFunction BIND = CFunction.of("bind", INT, INT, POINTER, INT);
  private static final CFunction FCHMOD = CFunction.of("fchmod", INT, INT, UNSIGNED);
  private static final CFunction LISTEN = CFunction.of("listen", INT, INT, INT);
  private static final CFunction ACCEPT = CFunction.of("accept", INT, INT, POINTER, POINTER);
  private static final CFunction RECV = CFunction.of("recv", SIGNED_SIZE, INT, POINTER, SIZE, INT);
  private static final CFunction SEND = CFunction.of("send", SIGNED_SIZE, INT, POINTER, SIZE, INT);
  private static final CFunction POLL = CFunction.of("poll", INT, POINTER, SIZE, INT);
  private static final CFunction EPOLL_CREATE1 = CFunction.of("epoll_create1", INT, INT);
  private static final CFunction EPOLL_CTL = CFunction.of("epoll_ctl", INT, INT, INT, INT, POINTER);
  private static final CFunction EPOLL_WAIT =
      CFunction.of("epoll_wait", INT, INT, POINTER, INT, INT);
  private static final CFunction SHUTDOWN = CFunction.of("shutdown", INT, INT, INT);
  private static final CFunction CLOSE = CFunction.of("close", INT, INT);
  private static final CFunction FCNTL =
      CFunction.variadic("fcntl", 2, INT, INT, UNSIGNED, SIGNED_SIZE);
  private static final CFunction GETSOCKOPT =
      CFunction.of("getsockopt", INT, INT, INT, INT, POINTER, POINTER);
  private static final CFunction SETSOCKOPT =
      CFunction.of("setsockopt", INT, INT, INT, INT, POINTER, INT);
  private static final CFunction STRERROR = CFunction.of("strerror", POINTER, INT);

  private Libc() {}

  /**
   * Loads jffi's native library.
   *
   * @throws LinkageError if that fails
   */
  static Libc load() {
    return new Libc();
  }

  /** Of the calling thread's last call. */
  Errno errno() {
    return Errno.valueOf(CFunction.errno());
  }

  /** The text of the calling thread's last error. */
  String lastError() {
    return describe(errno());
  }

  String describe(Errno errno) {
    return CFunction.text(STRERROR.call(errno.intValue()), MOST_TEXT, Charset.defaultCharset());
  }

  /** Makes a new descriptor non-blocking and keeps it out of programs that this one starts. */
  void prepare(int fd) throws IOException {
    int flags = (int) FCNTL.call(fd, Fcntl.F_GETFL.intValue(), 0);
    int nonBlocking = flags | OpenFlags.O_NONBLOCK.intValue();
    if (flags < 0
        || (int) FCNTL.call(fd, Fcntl.F_SETFL.intValue(), nonBlocking) < 0
        || !closeOnExec(fd)) {
      throw new SocketException("cannot set up a new socket: " + lastError());
    }
  }

  /** Keeps a descriptor out of programs that this one starts; false if that fails. */
  boolean closeOnExec(int fd) {
    return (int) FCNTL.call(fd, Fcntl.F_SETFD.intValue(), FD_CLOEXEC) >= 0;
  }

  /** A new Unix stream socket, or -1. */
  int streamSocket() {
    return (int) SOCKET.call(SockAddr.AF_UNIX, Sock.SOCK_STREAM.intValue(), 0);
  }

  /** A new Unix datagram socket, or -1. */
  int datagramSocket() {
    return (int) SOCKET.call(SockAddr.AF_UNIX, Sock.SOCK_DGRAM.intValue(), 0);
  }

  int dup(int fd) {
    return (int) DUP.call(fd);
  }

  int pid() {
    return (int) GETPID.call();
  }

  /** Where a socket is bound, as {@link SockAddr} reads it; null if the call fails. */
  byte[] socketName(int fd) {
    ByteBuffer memory = nativeOrder(4 + SockAddr.MAX_BYTES);
    memory.putInt(0, SockAddr.MAX_BYTES);
    long length = CFunction.addressOf(memory);
    byte[] name = null;
    if ((int) GETSOCKNAME.call(fd, length + 4, length) == 0) {
      name = new byte[Math.min(memory.getInt(0), SockAddr.MAX_BYTES)];
      memory.position(4);
      memory.get(name);
    }
    CFunction.keep(memory);
    return name;
  }

  private static ByteBuffer nativeOrder(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  int connect(int fd, byte[] address) {
    return withAddress(CONNECT, fd, address);
  }

  int bind(int fd, byte[] address) {
    return withAddress(BIND, fd, address);
  }

  private static int withAddress(CFunction function, int fd, byte[] address) {
    ByteBuffer memory = nativeOrder(address.length);
    memory.put(address);
    int result = (int) function.call(fd, CFunction.addressOf(memory), address.length);
    CFunction.keep(memory);
    return result;
  }

  int changeMode(int fd, int mode) {
    return (int) FCHMOD.call(fd, mode);
  }

  int listen(int fd, int backlog) {
    return (int) LISTEN.call(fd, backlog);
  }

  int accept(int fd) {
    return (int) ACCEPT.call(fd, 0, 0);
  }

  int recv(int fd, ByteBuffer target) {
    return (int) RECV.call(fd, CFunction.addressOf(target), target.remaining(), 0);
  }

  int send(int fd, ByteBuffer source) {
    // The JVM ignores SIGPIPE.
    return (int) SEND.call(fd, CFunction.addressOf(source), source.remaining(), 0);
  }

  void shutdown(int fd, Shutdown how) {
    SHUTDOWN.call(fd, how.intValue());
  }

  void close(int fd) {
    CLOSE.call(fd);
  }

  /** What {@link #await} waits for; it does not change, so that many threads may use it at once. */
  static ByteBuffer pollfds(short events, int... fds) {
    ByteBuffer pollfds = nativeOrder(POLLFD_BYTES * fds.length);
    for (int fd : fds) {
      pollfds.putInt(fd).putShort(events).putShort((short) 0);
    }
    return pollfds;
  }

  /**
   * Waits until one of the descriptors is ready, hung up or in error (poll(2)).
   *
   * @param pollfds of {@link #pollfds}, held by the caller
   * @param timeoutMillis 0 waits for ever
   * @return the number of ready descriptors, 0 if the time passed first
   */
  int await(ByteBuffer pollfds, long timeoutMillis) throws IOException {
    long address = CFunction.addressOf(pollfds);
    int count = pollfds.capacity() / POLLFD_BYTES;
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    while (true) {
      int ready = (int) POLL.call(address, count, timeoutMillis == 0 ? -1 : millisLeft(deadline));
      if (ready >= 0) {
        return ready;
      }
      if (errno() != Errno.EINTR) {
        throw new SocketException("poll: " + lastError());
      }
    }
  }

  /**
   * Waits once.
   *
   * @param pollfds a direct buffer of struct pollfd from its start
   * @param timeoutMillis -1 waits for ever
   * @return the number of ready descriptors; 0 if the time passed or a signal came
   */
  int poll(ByteBuffer pollfds, int count, long timeoutMillis) throws IOException {
    return waited("poll", POLL.call(CFunction.addressOf(pollfds), count, clamp(timeoutMillis)));
  }

  /** A new epoll instance (epoll_create1(2), Linux alone). */
  int epollCreate() throws IOException {
    int epoll = (int) EPOLL_CREATE1.call(EPOLL_CLOEXEC);
    if (epoll < 0) {
      throw new SocketException("epoll_create1: " + lastError());
    }
    return epoll;
  }

  void epollControl(int epoll, int command, int fd, ByteBuffer event) throws IOException {
    if ((int) EPOLL_CTL.call(epoll, command, fd, CFunction.addressOf(event)) != 0) {
      throw new SocketException("epoll_ctl: " + lastError());
    }
  }

  /** Waits once, as {@link #poll(ByteBuffer, int, long)} does; the events are in the buffer. */
  int epollWait(int epoll, ByteBuffer events, int count, long timeoutMillis) throws IOException {
    long address = CFunction.addressOf(events);
    return waited("epoll_wait", EPOLL_WAIT.call(epoll, address, count, clamp(timeoutMillis)));
  }

  private int waited(String call, long result) throws IOException {
    int ready = (int) result;
    if (ready >= 0) {
      return ready;
    }
    Errno errno = errno();
    if (errno == Errno.EINTR) {
      return 0;
    }
    throw new SocketException(call + ": " + describe(errno));
  }

  private static int clamp(long timeoutMillis) {
    return (int) Math.max(-1, Math.min(Integer.MAX_VALUE, timeoutMillis));
  }

  private static int millisLeft(long deadline) {
    long nanos = Math.max(0, deadline - System.nanoTime());
    return (int) Math.min(Integer.MAX_VALUE, (nanos + 999_999) / 1_000_000);
  }

  int intOption(int fd, SocketOption option) throws IOException {
    ByteBuffer memory = nativeOrder(8);
    memory.putInt(0, 4);
    long length = CFunction.addressOf(memory);
    int level = SocketLevel.SOL_SOCKET.intValue();
    check(option, GETSOCKOPT.call(fd, level, option.intValue(), length + 4, length));
    int value = memory.getInt(4);
    CFunction.keep(memory);
    return value;
  }

  void setIntOption(int fd, SocketOption option, int value) throws IOException {
    ByteBuffer memory = nativeOrder(4);
    memory.putInt(0, value);
    int level = SocketLevel.SOL_SOCKET.intValue();
    check(option, SETSOCKOPT.call(fd, level, option.intValue(), CFunction.addressOf(memory), 4));
    CFunction.keep(memory);
  }

  private void check(SocketOption option, long result) throws IOException {
    if ((int) result != 0) {
      throw new SocketException(option + ": " + lastError());
    }
  }
}
