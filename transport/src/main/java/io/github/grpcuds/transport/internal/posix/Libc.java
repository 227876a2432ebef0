package io.github.grpcuds.transport.internal.posix;

import io.github.grpcuds.transport.internal.Platform;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;

/**
 * The C library's socket calls, with what is needed to make them from Java. A descriptor or count
 * below zero is an error for {@link Errno} and {@link #describe}.
 */
public final class Libc {
  static final short POLLIN = 0x1;
  static final short POLLOUT = 0x4;

  /** The operations of epoll_ctl(2). */
  static final int EPOLL_CTL_ADD = 1;

  static final int EPOLL_CTL_DEL = 2;
  static final int EPOLL_CTL_MOD = 3;

  /** Of Linux: SOCK_CLOEXEC and EPOLL_CLOEXEC are O_CLOEXEC. */
  private static final int CLOEXEC = 0x80000;

  private static final int NEW_SOCKET = CLOEXEC | Constant.O_NONBLOCK.value(); // SOCK_NONBLOCK
  private static final int MSG_NOSIGNAL = 0x4000; // of Linux
  private static final int TRANSFER =
      Constant.MSG_DONTWAIT.value() | (Platform.LINUX ? MSG_NOSIGNAL : 0);

  private static final int POLLFD_BYTES = 8;

  private final String backend;
  private final CLibrary library;

  /**
   * @param backend the name of the one that its sockets belong to
   */
  public Libc(String backend, CLibrary library) {
    this.backend = backend;
    this.library = library;
  }

  String backend() {
    return backend;
  }

  CLibrary library() {
    return library;
  }

  /**
   * The text of an error.
   *
   * @param result of the call that failed
   */
  public String describe(int result) {
    return library.strerror(-result);
  }

  /** A new Unix socket, non-blocking and kept out of programs that this one starts. */
  int socket(Constant type) throws IOException {
    int flags = Platform.LINUX ? NEW_SOCKET : 0;
    return prepared(library.socket(SockAddr.AF_UNIX, type.value() | flags, 0));
  }

  /** Takes a connection, which is as a new socket is. */
  int accept(int fd) throws IOException {
    return prepared(Platform.LINUX ? library.accept4(fd, NEW_SOCKET) : library.accept(fd));
  }

  /** Both ends of a connection, each as a new socket is. */
  int[] pair() throws IOException {
    int type = Constant.SOCK_STREAM.value() | (Platform.LINUX ? NEW_SOCKET : 0);
    ByteBuffer ends = nativeOrder(2 * Integer.BYTES);
    int result = library.socketpair(SockAddr.AF_UNIX, type, 0, ends);
    if (result < 0) {
      throw new SocketException("socketpair: " + describe(result));
    }
    int[] pair = {ends.getInt(0), ends.getInt(Integer.BYTES)};
    boolean prepared = false;
    try {
      prepared(pair[0]);
      prepared(pair[1]);
      prepared = true;
      return pair;
    } finally {
      if (!prepared) {
        close(pair[0]);
        close(pair[1]);
      }
    }
  }

  /** Where Linux needs no more calls, they are a race with a program that is started meanwhile. */
  private int prepared(int fd) throws IOException {
    if (fd >= 0 && !Platform.LINUX) {
      boolean prepared = false;
      try {
        prepare(fd);
        prepared = true;
      } finally {
        if (!prepared) {
          close(fd);
        }
      }
    }
    return fd;
  }

  /** Makes a descriptor non-blocking and keeps it out of programs that this one starts. */
  public void prepare(int fd) throws IOException {
    int result = library.fcntl(fd, Constant.F_GETFL.value(), 0);
    if (result >= 0) {
      int nonBlocking = result | Constant.O_NONBLOCK.value();
      result = library.fcntl(fd, Constant.F_SETFL.value(), nonBlocking);
    }
    if (result >= 0) {
      result = closeOnExec(fd);
    }
    if (result < 0) {
      throw new SocketException("cannot set up a new socket: " + describe(result));
    }
  }

  /** Keeps a descriptor out of programs that this one starts; below zero if that fails. */
  public int closeOnExec(int fd) {
    return library.fcntl(fd, Constant.F_SETFD.value(), Constant.FD_CLOEXEC.value());
  }

  int dup(int fd) {
    return library.dup(fd);
  }

  public int pid() {
    return library.getpid();
  }

  private static ByteBuffer nativeOrder(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  int connect(int fd, byte[] address) {
    return library.connect(fd, direct(address));
  }

  int bind(int fd, byte[] address) {
    return library.bind(fd, direct(address));
  }

  private static ByteBuffer direct(byte[] bytes) {
    ByteBuffer memory = ByteBuffer.allocateDirect(bytes.length);
    memory.put(bytes).flip();
    return memory;
  }

  int changeMode(int fd, int mode) {
    return library.fchmod(fd, mode);
  }

  int listen(int fd, int backlog) {
    return library.listen(fd, backlog);
  }

  int recv(int fd, ByteBuffer target) {
    return library.recv(fd, target, TRANSFER);
  }

  int send(int fd, ByteBuffer source) {
    return library.send(fd, source, TRANSFER);
  }

  int send(int fd, byte[] datagram) {
    return send(fd, direct(datagram));
  }

  void shutdown(int fd, Constant how) {
    library.shutdown(fd, how.value());
  }

  public void close(int fd) {
    library.close(fd);
  }

  /** What {@link #await} waits for; it does not change, so that many threads may use it at once. */
  static ByteBuffer pollfds(short events, int... fds) {
    ByteBuffer pollfds = nativeOrder(POLLFD_BYTES * fds.length);
    for (int fd : fds) {
      pollfds.putInt(fd).putShort(events).putShort((short) 0);
    }
    pollfds.clear();
    return pollfds;
  }

  /**
   * Waits until one of the descriptors is ready, hung up or in error (poll(2)).
   *
   * @param pollfds of {@link #pollfds}
   * @param timeoutMillis 0 waits for ever
   * @return the number of ready descriptors, 0 if the time passed first
   */
  int await(ByteBuffer pollfds, long timeoutMillis) throws IOException {
    int count = pollfds.capacity() / POLLFD_BYTES;
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    while (true) {
      int ready = library.poll(pollfds, count, timeoutMillis == 0 ? -1 : millisLeft(deadline));
      if (ready >= 0) {
        return ready;
      }
      if (!Errno.EINTR.meantBy(ready)) {
        throw new SocketException("poll: " + describe(ready));
      }
    }
  }

  /**
   * Waits once.
   *
   * @param pollfds a direct buffer of struct pollfd
   * @param timeoutMillis -1 waits for ever
   * @return the number of ready descriptors; 0 if the time passed or a signal came
   */
  int poll(ByteBuffer pollfds, int count, long timeoutMillis) throws IOException {
    return waited("poll", library.poll(pollfds, count, clamp(timeoutMillis)));
  }

  /** A new epoll instance (epoll_create1(2), Linux alone). */
  int epollCreate() throws IOException {
    int epoll = library.epollCreate1(CLOEXEC);
    if (epoll < 0) {
      throw new SocketException("epoll_create1: " + describe(epoll));
    }
    return epoll;
  }

  void epollControl(int epoll, int operation, int fd, ByteBuffer event) throws IOException {
    int result = library.epollCtl(epoll, operation, fd, event);
    if (result < 0) {
      throw new SocketException("epoll_ctl: " + describe(result));
    }
  }

  /** Waits once, as {@link #poll(ByteBuffer, int, long)} does; the events are in the buffer. */
  int epollWait(int epoll, ByteBuffer events, int count, long timeoutMillis) throws IOException {
    return waited("epoll_wait", library.epollWait(epoll, events, count, clamp(timeoutMillis)));
  }

  private int waited(String call, int result) throws IOException {
    if (result >= 0) {
      return result;
    }
    if (Errno.EINTR.meantBy(result)) {
      return 0;
    }
    throw new SocketException(call + ": " + describe(result));
  }

  private static int clamp(long timeoutMillis) {
    return (int) Math.max(-1, Math.min(Integer.MAX_VALUE, timeoutMillis));
  }

  private static int millisLeft(long deadline) {
    long nanos = Math.max(0, deadline - System.nanoTime());
    return (int) Math.min(Integer.MAX_VALUE, (nanos + 999_999) / 1_000_000);
  }

  int intOption(int fd, Constant option) throws IOException {
    ValueResult answer = new ValueResult(Integer.BYTES);
    int level = Constant.SOL_SOCKET.value();
    check(option, library.getsockopt(fd, level, option.value(), answer.value, answer.length));
    return answer.value.getInt(0);
  }

  void setIntOption(int fd, Constant option, int value) throws IOException {
    ByteBuffer memory = nativeOrder(Integer.BYTES);
    memory.putInt(0, value);
    check(option, library.setsockopt(fd, Constant.SOL_SOCKET.value(), option.value(), memory));
  }

  private void check(Constant option, int result) throws IOException {
    if (result < 0) {
      throw new SocketException(option + ": " + describe(result));
    }
  }
}
