package io.github.grpcuds.transport.internal.ffm;

import io.github.grpcuds.transport.internal.Platform;
import io.github.grpcuds.transport.internal.posix.CLibrary;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;

/**
 * The C library by way of the JDK's foreign functions.
 *
 * <p>The JVM takes 5 to 10 ms for the first function of each signature, so those that a client does
 * not need are found later, when there is a listener or somebody asks.
 */
final class FfmLibrary implements CLibrary {
  private static final int MOST_TEXT = 1024; // of an error's description

  private static final ForeignFunctions FUNCTIONS = ForeignFunctions.open();
  private static final ErrnoMemory ERRNO = new ErrnoMemory();

  /** A pointer to a buffer's bytes. */
  private static final Class<?> POINTER = ByteBuffer.class;

  /** A pointer that is null or given back, which is as long as one: on 64-bit systems alone. */
  private static final Class<?> ADDRESS = long.class;

  private static final Class<?> INT = int.class;
  private static final Class<?> SIZE = long.class;

  private static final MethodHandle SOCKET = of("socket", INT, INT, INT);
  private static final MethodHandle CONNECT = of("connect", INT, POINTER, INT);
  private static final MethodHandle RECV = sized("recv", INT, POINTER, SIZE, INT);
  private static final MethodHandle SEND = sized("send", INT, POINTER, SIZE, INT);
  private static final MethodHandle POLL = of("poll", POINTER, SIZE, INT);
  private static final MethodHandle SHUTDOWN = of("shutdown", INT, INT);
  private static final MethodHandle CLOSE = of("close", INT);
  private static final MethodHandle STRERROR = sized("strerror", INT); // an address

  /** What listeners and pollers need, all of it before a socket is bound. */
  private static final class ForServers {
    static final MethodHandle SOCKETPAIR = of("socketpair", INT, INT, INT, POINTER);
    static final MethodHandle FCHMOD = of("fchmod", INT, INT);
    static final MethodHandle BIND = of("bind", INT, POINTER, INT);
    static final MethodHandle LISTEN = of("listen", INT, INT);
    static final MethodHandle ACCEPT = Platform.LINUX ? null : of("accept", INT, ADDRESS, ADDRESS);
    static final MethodHandle ACCEPT4 = linux("accept4", INT, ADDRESS, ADDRESS, INT);
    static final MethodHandle EPOLL_CREATE1 = linux("epoll_create1", INT);
    static final MethodHandle EPOLL_CTL = linux("epoll_ctl", INT, INT, INT, POINTER);
    static final MethodHandle EPOLL_WAIT = linux("epoll_wait", INT, POINTER, INT, INT);
  }

  private static final class ForOptions {
    static final MethodHandle GETSOCKOPT = of("getsockopt", INT, INT, INT, POINTER, POINTER);
    static final MethodHandle SETSOCKOPT = of("setsockopt", INT, INT, INT, POINTER, INT);
  }

  private static final class ForDescriptors {
    static final MethodHandle FCNTL = FUNCTIONS.variadic("fcntl", 2, INT, INT, INT, SIZE);
    static final MethodHandle DUP = of("dup", INT);
    static final MethodHandle GETSOCKNAME = of("getsockname", INT, POINTER, POINTER);
    static final MethodHandle GETPID = of("getpid");
  }

  private static final class ForUsers {
    static final MethodHandle GETPEEREID =
        Platform.LINUX ? null : of("getpeereid", INT, POINTER, POINTER);
    static final MethodHandle GETPWUID_R = of("getpwuid_r", INT, POINTER, POINTER, SIZE, POINTER);
    static final MethodHandle GETGRGID_R = of("getgrgid_r", INT, POINTER, POINTER, SIZE, POINTER);
  }

  private static MethodHandle of(String name, Class<?>... parameters) {
    return FUNCTIONS.function(name, INT, parameters);
  }

  /** One whose result is a size or an address. */
  private static MethodHandle sized(String name, Class<?>... parameters) {
    return FUNCTIONS.function(name, SIZE, parameters);
  }

  private static MethodHandle linux(String name, Class<?>... parameters) {
    return Platform.LINUX ? of(name, parameters) : null;
  }

  private static int result(int returned, ByteBuffer errno) {
    return returned < 0 ? -errno.getInt(0) : returned;
  }

  /** A handle declares that it throws anything; what it throws are errors. */
  private static RuntimeException failed(Throwable thrown) {
    if (thrown instanceof Error) {
      throw (Error) thrown;
    }
    throw thrown instanceof RuntimeException
        ? (RuntimeException) thrown
        : new IllegalStateException(thrown);
  }

  private static int call(MethodHandle function, int a) {
    ByteBuffer errno = ERRNO.get();
    try {
      return result((int) function.invokeExact(errno, a), errno);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  private static int call(MethodHandle function, int a, int b) {
    ByteBuffer errno = ERRNO.get();
    try {
      return result((int) function.invokeExact(errno, a, b), errno);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  private static int call(MethodHandle function, int a, ByteBuffer b, int c) {
    ByteBuffer errno = ERRNO.get();
    try {
      return result((int) function.invokeExact(errno, a, b, c), errno);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  private static int call(MethodHandle function, int a, ByteBuffer b, ByteBuffer c) {
    ByteBuffer errno = ERRNO.get();
    try {
      return result((int) function.invokeExact(errno, a, b, c), errno);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public int socket(int domain, int type, int protocol) {
    ByteBuffer errno = ERRNO.get();
    try {
      return result((int) SOCKET.invokeExact(errno, domain, type, protocol), errno);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public int socketpair(int domain, int type, int protocol, ByteBuffer descriptors) {
    ByteBuffer errno = ERRNO.get();
    try {
      return result(
          (int) ForServers.SOCKETPAIR.invokeExact(errno, domain, type, protocol, descriptors),
          errno);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public int dup(int fd) {
    return call(ForDescriptors.DUP, fd);
  }

  @Override
  public int getpid() {
    ByteBuffer errno = ERRNO.get();
    try {
      return (int) ForDescriptors.GETPID.invokeExact(errno);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public int connect(int fd, ByteBuffer address) {
    return call(CONNECT, fd, address, address.remaining());
  }

  @Override
  public int bind(int fd, ByteBuffer address) {
    return call(ForServers.BIND, fd, address, address.remaining());
  }

  @Override
  public int getsockname(int fd, ByteBuffer address, ByteBuffer length) {
    return call(ForDescriptors.GETSOCKNAME, fd, address, length);
  }

  @Override
  public int fchmod(int fd, int mode) {
    return call(ForServers.FCHMOD, fd, mode);
  }

  @Override
  public int listen(int fd, int backlog) {
    return call(ForServers.LISTEN, fd, backlog);
  }

  @Override
  public int accept(int fd) {
    ByteBuffer errno = ERRNO.get();
    try {
      return result((int) ForServers.ACCEPT.invokeExact(errno, fd, 0L, 0L), errno);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public int accept4(int fd, int flags) {
    ByteBuffer errno = ERRNO.get();
    try {
      return result((int) ForServers.ACCEPT4.invokeExact(errno, fd, 0L, 0L, flags), errno);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  // Those that are called most have the handle in their own body: it is a constant there, however
  // little the JIT inlines.

  @Override
  public int recv(int fd, ByteBuffer target, int flags) {
    ByteBuffer errno = ERRNO.get();
    long size = target.remaining();
    try {
      return result((int) (long) RECV.invokeExact(errno, fd, target, size, flags), errno);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public int send(int fd, ByteBuffer source, int flags) {
    ByteBuffer errno = ERRNO.get();
    long size = source.remaining();
    try {
      return result((int) (long) SEND.invokeExact(errno, fd, source, size, flags), errno);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public int shutdown(int fd, int how) {
    return call(SHUTDOWN, fd, how);
  }

  @Override
  public int close(int fd) {
    return call(CLOSE, fd);
  }

  @Override
  public int fcntl(int fd, int command, long argument) {
    ByteBuffer errno = ERRNO.get();
    try {
      return result((int) ForDescriptors.FCNTL.invokeExact(errno, fd, command, argument), errno);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public int getsockopt(int fd, int level, int name, ByteBuffer value, ByteBuffer length) {
    ByteBuffer errno = ERRNO.get();
    try {
      return result(
          (int) ForOptions.GETSOCKOPT.invokeExact(errno, fd, level, name, value, length), errno);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public int setsockopt(int fd, int level, int name, ByteBuffer value) {
    ByteBuffer errno = ERRNO.get();
    int length = value.remaining();
    try {
      return result(
          (int) ForOptions.SETSOCKOPT.invokeExact(errno, fd, level, name, value, length), errno);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public int poll(ByteBuffer pollfds, int count, int timeoutMillis) {
    ByteBuffer errno = ERRNO.get();
    try {
      return result((int) POLL.invokeExact(errno, pollfds, (long) count, timeoutMillis), errno);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public int epollCreate1(int flags) {
    return call(ForServers.EPOLL_CREATE1, flags);
  }

  @Override
  public int epollCtl(int epoll, int operation, int fd, ByteBuffer event) {
    ByteBuffer errno = ERRNO.get();
    try {
      return result(
          (int) ForServers.EPOLL_CTL.invokeExact(errno, epoll, operation, fd, event), errno);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public int epollWait(int epoll, ByteBuffer events, int count, int timeoutMillis) {
    ByteBuffer errno = ERRNO.get();
    try {
      return result(
          (int) ForServers.EPOLL_WAIT.invokeExact(errno, epoll, events, count, timeoutMillis),
          errno);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public int getpeereid(int fd, ByteBuffer uid, ByteBuffer gid) {
    return call(ForUsers.GETPEEREID, fd, uid, gid);
  }

  @Override
  public int getpwuidR(int uid, ByteBuffer entry, ByteBuffer text, ByteBuffer result) {
    return lookUp(ForUsers.GETPWUID_R, uid, entry, text, result);
  }

  @Override
  public int getgrgidR(int gid, ByteBuffer entry, ByteBuffer text, ByteBuffer result) {
    return lookUp(ForUsers.GETGRGID_R, gid, entry, text, result);
  }

  private static int lookUp(
      MethodHandle function, int id, ByteBuffer entry, ByteBuffer text, ByteBuffer result) {
    ByteBuffer errno = ERRNO.get();
    long size = text.remaining();
    try {
      return -(int) function.invokeExact(errno, id, entry, text, size, result);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public String strerror(int errno) {
    return new String(text(description(errno), MOST_TEXT), Charset.defaultCharset());
  }

  private static long description(int number) {
    ByteBuffer errno = ERRNO.get();
    try {
      return (long) STRERROR.invokeExact(errno, number);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public byte[] text(long address, int most) {
    ByteBuffer memory = FUNCTIONS.memory(address, most);
    int length = 0;
    while (length < most && memory.get(length) != 0) {
      length++;
    }
    byte[] text = new byte[length];
    memory.get(text);
    return text;
  }

  @Override
  public int pointerBytes() {
    return Long.BYTES;
  }

  /**
   * Where a thread's calls leave errno. What is kept for each thread is a class of the JDK's own,
   * which holds no class loader.
   */
  private static final class ErrnoMemory extends ThreadLocal<ByteBuffer> {
    /** More than the one int that the JDK wants on the systems that have this backend. */
    private static final int BYTES = 16;

    @Override
    protected ByteBuffer initialValue() {
      return ByteBuffer.allocateDirect(BYTES).order(ByteOrder.nativeOrder());
    }
  }
}
