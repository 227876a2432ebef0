package io.github.grpcuds.transport;

import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import jnr.constants.platform.Errno;
import jnr.constants.platform.Fcntl;
import jnr.constants.platform.OpenFlags;
import jnr.constants.platform.Shutdown;
import jnr.constants.platform.Sock;
import jnr.constants.platform.SocketLevel;
import jnr.constants.platform.SocketOption;
import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import jnr.ffi.annotations.Variadic;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;

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

  private final Calls calls;
  private final Runtime runtime;

  private Libc(Calls calls) {
    this.calls = calls;
    this.runtime = Runtime.getRuntime(calls);
  }

  static Libc load() {
    String library = jnr.ffi.Platform.getNativePlatform().getStandardCLibraryName();
    return new Libc(LibraryLoader.create(Calls.class).load(library));
  }

  /** Public because jnr-ffi implements it with a class of its own. */
  public interface Calls {
    int socket(int domain, int type, int protocol);

    int dup(int fd);

    int getpid();

    int getsockname(int fd, @Out byte[] address, @In @Out int[] length);

    int connect(int fd, @In byte[] address, int length);

    int bind(int fd, @In byte[] address, int length);

    int listen(int fd, int backlog);

    int accept(int fd, Pointer address, Pointer length);

    @ssize_t
    long recv(int fd, @Out ByteBuffer target, @size_t long length, int flags);

    @ssize_t
    long send(int fd, @In ByteBuffer source, @size_t long length, int flags);

    int poll(@In @Out byte[] pollfds, @size_t long count, int timeoutMillis);

    int poll(@In @Out ByteBuffer pollfds, @size_t long count, int timeoutMillis);

    int epoll_create1(int flags);

    int epoll_ctl(int epoll, int command, int fd, @In ByteBuffer event);

    int epoll_wait(int epoll, @Out ByteBuffer events, int count, int timeoutMillis);

    int shutdown(int fd, int how);

    int close(int fd);

    @Variadic(fixedCount = 2)
    int fcntl(int fd, int command, int argument);

    int getsockopt(int fd, int level, int name, @Out byte[] value, @In @Out int[] length);

    int setsockopt(int fd, int level, int name, @In byte[] value, int length);

    String strerror(int errno);
  }

  Errno errno() {
    return Errno.valueOf(LastError.getLastError(runtime));
  }

  /** The text of the calling thread's last error. */
  String lastError() {
    return describe(errno());
  }

  String describe(Errno errno) {
    return calls.strerror(errno.intValue());
  }

  /** Makes a new descriptor non-blocking and keeps it out of programs that this one starts. */
  void prepare(int fd) throws IOException {
    int flags = calls.fcntl(fd, Fcntl.F_GETFL.intValue(), 0);
    int nonBlocking = flags | OpenFlags.O_NONBLOCK.intValue();
    if (flags < 0
        || calls.fcntl(fd, Fcntl.F_SETFL.intValue(), nonBlocking) < 0
        || calls.fcntl(fd, Fcntl.F_SETFD.intValue(), FD_CLOEXEC) < 0) {
      throw new SocketException("cannot set up a new socket: " + lastError());
    }
  }

  /** A new Unix datagram socket, or -1. */
  int datagramSocket() {
    return calls.socket(SockAddr.AF_UNIX, Sock.SOCK_DGRAM.intValue(), 0);
  }

  int dup(int fd) {
    return calls.dup(fd);
  }

  int pid() {
    return calls.getpid();
  }

  /** Where a socket is bound, as {@link SockAddr} reads it; null if the call fails. */
  byte[] socketName(int fd) {
    byte[] name = new byte[SockAddr.MAX_BYTES];
    int[] length = {name.length};
    return calls.getsockname(fd, name, length) == 0
        ? Arrays.copyOf(name, Math.min(length[0], name.length))
        : null;
  }

  int connect(int fd, byte[] address, int length) {
    return calls.connect(fd, address, length);
  }

  int bind(int fd, byte[] address, int length) {
    return calls.bind(fd, address, length);
  }

  int listen(int fd, int backlog) {
    return calls.listen(fd, backlog);
  }

  int accept(int fd) {
    return calls.accept(fd, null, null);
  }

  int recv(int fd, ByteBuffer target) {
    return (int) calls.recv(fd, target, target.remaining(), 0);
  }

  int send(int fd, ByteBuffer source) {
    return (int) calls.send(fd, source, source.remaining(), 0); // the JVM ignores SIGPIPE
  }

  void shutdown(int fd, Shutdown how) {
    calls.shutdown(fd, how.intValue());
  }

  void close(int fd) {
    calls.close(fd);
  }

  /**
   * Waits until one of the descriptors is ready, hung up or in error (poll(2)).
   *
   * @param timeoutMillis 0 waits for ever
   * @return the number of ready descriptors, 0 if the time passed first
   */
  int poll(short events, long timeoutMillis, int... fds) throws IOException {
    byte[] pollfds = new byte[POLLFD_BYTES * fds.length];
    ByteBuffer view = ByteBuffer.wrap(pollfds).order(ByteOrder.nativeOrder());
    for (int fd : fds) {
      view.putInt(fd).putShort(events).putShort((short) 0);
    }
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    while (true) {
      int ready = calls.poll(pollfds, fds.length, timeoutMillis == 0 ? -1 : millisLeft(deadline));
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
    return waited("poll", calls.poll(pollfds, count, clamp(timeoutMillis)));
  }

  /** A new epoll instance (epoll_create1(2), Linux alone). */
  int epollCreate() throws IOException {
    int epoll = calls.epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) {
      throw new SocketException("epoll_create1: " + lastError());
    }
    return epoll;
  }

  void epollControl(int epoll, int command, int fd, ByteBuffer event) throws IOException {
    if (calls.epoll_ctl(epoll, command, fd, event) != 0) {
      throw new SocketException("epoll_ctl: " + lastError());
    }
  }

  /** Waits once, as {@link #poll(ByteBuffer, int, long)} does; the events are in the buffer. */
  int epollWait(int epoll, ByteBuffer events, int count, long timeoutMillis) throws IOException {
    return waited("epoll_wait", calls.epoll_wait(epoll, events, count, clamp(timeoutMillis)));
  }

  private int waited(String call, int ready) throws IOException {
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
    return ByteBuffer.wrap(option(fd, option, 4)).order(ByteOrder.nativeOrder()).getInt();
  }

  byte[] option(int fd, SocketOption option, int bytes) throws IOException {
    byte[] value = new byte[bytes];
    int level = SocketLevel.SOL_SOCKET.intValue();
    if (calls.getsockopt(fd, level, option.intValue(), value, new int[] {bytes}) != 0) {
      throw new SocketException(option + ": " + lastError());
    }
    return value;
  }

  void setIntOption(int fd, SocketOption option, int value) throws IOException {
    byte[] bytes = ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(value).array();
    int level = SocketLevel.SOL_SOCKET.intValue();
    if (calls.setsockopt(fd, level, option.intValue(), bytes, bytes.length) != 0) {
      throw new SocketException(option + ": " + lastError());
    }
  }
}
