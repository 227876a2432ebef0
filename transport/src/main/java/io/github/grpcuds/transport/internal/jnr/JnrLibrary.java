package io.github.grpcuds.transport.internal.jnr;

import static io.github.grpcuds.transport.internal.jnr.CFunction.INT;
import static io.github.grpcuds.transport.internal.jnr.CFunction.POINTER;
import static io.github.grpcuds.transport.internal.jnr.CFunction.SIGNED_SIZE;
import static io.github.grpcuds.transport.internal.jnr.CFunction.SIZE;
import static io.github.grpcuds.transport.internal.jnr.CFunction.UNSIGNED;

import io.github.grpcuds.transport.internal.posix.CLibrary;
import io.github.grpcuds.transport.internal.posix.Libc;
import io.github.grpcuds.transport.internal.posix.Reachable;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;

/** The C library by way of jffi, on which jnr-unixsocket stands. */
final class JnrLibrary implements CLibrary {
  private static final int MOST_TEXT = 1024; // of an error's description

  private static final CFunction SOCKET = CFunction.of("socket", INT, INT, INT, INT);
  private static final CFunction SOCKETPAIR =
      CFunction.of("socketpair", INT, INT, INT, INT, POINTER);
  private static final CFunction DUP = CFunction.of("dup", INT, INT);
  private static final CFunction GETPID = CFunction.of("getpid", INT);
  private static final CFunction CONNECT = CFunction.of("connect", INT, INT, POINTER, INT);
  private static final CFunction BIND = CFunction.of("bind", INT, INT, POINTER, INT);
  private static final CFunction GETSOCKNAME =
      CFunction.of("getsockname", INT, INT, POINTER, POINTER);
  private static final CFunction FCHMOD = CFunction.of("fchmod", INT, INT, UNSIGNED);
  private static final CFunction LISTEN = CFunction.of("listen", INT, INT, INT);
  private static final CFunction ACCEPT = CFunction.of("accept", INT, INT, POINTER, POINTER);
  private static final CFunction ACCEPT4 = CFunction.of("accept4", INT, INT, POINTER, POINTER, INT);
  private static final CFunction RECV = CFunction.of("recv", SIGNED_SIZE, INT, POINTER, SIZE, INT);
  private static final CFunction SEND = CFunction.of("send", SIGNED_SIZE, INT, POINTER, SIZE, INT);
  private static final CFunction SHUTDOWN = CFunction.of("shutdown", INT, INT, INT);
  private static final CFunction CLOSE = CFunction.of("close", INT, INT);
  private static final CFunction FCNTL =
      CFunction.variadic("fcntl", 2, INT, INT, UNSIGNED, SIGNED_SIZE);
  private static final CFunction GETSOCKOPT =
      CFunction.of("getsockopt", INT, INT, INT, INT, POINTER, POINTER);
  private static final CFunction SETSOCKOPT =
      CFunction.of("setsockopt", INT, INT, INT, INT, POINTER, INT);
  private static final CFunction POLL = CFunction.of("poll", INT, POINTER, SIZE, INT);
  private static final CFunction EPOLL_CREATE1 = CFunction.of("epoll_create1", INT, INT);
  private static final CFunction EPOLL_CTL = CFunction.of("epoll_ctl", INT, INT, INT, INT, POINTER);
  private static final CFunction EPOLL_WAIT =
      CFunction.of("epoll_wait", INT, INT, POINTER, INT, INT);
  private static final CFunction GETPEEREID =
      CFunction.of("getpeereid", INT, INT, POINTER, POINTER);
  private static final CFunction GETPWUID_R =
      CFunction.of("getpwuid_r", INT, UNSIGNED, POINTER, POINTER, SIZE, POINTER);
  private static final CFunction GETGRGID_R =
      CFunction.of("getgrgid_r", INT, UNSIGNED, POINTER, POINTER, SIZE, POINTER);
  private static final CFunction STRERROR = CFunction.of("strerror", POINTER, INT);

  private JnrLibrary() {}

  /**
   * Loads jffi's native library.
   *
   * @throws LinkageError if that fails
   */
  static Libc load() {
    return new Libc(JnrBackend.NAME, new JnrLibrary());
  }

  /** The result of a function of this thread's that gives an int or a size. */
  private static int result(long returned) {
    int result = (int) returned;
    return result < 0 ? -CFunction.errno() : result;
  }

  private static int result(long returned, ByteBuffer memory) {
    int result = result(returned);
    Reachable.keep(memory);
    return result;
  }

  private static long at(ByteBuffer memory) {
    return CFunction.addressOf(memory) + memory.position();
  }

  @Override
  public int socket(int domain, int type, int protocol) {
    return result(SOCKET.call(domain, type, protocol));
  }

  @Override
  public int socketpair(int domain, int type, int protocol, ByteBuffer descriptors) {
    return result(SOCKETPAIR.call(domain, type, protocol, at(descriptors)), descriptors);
  }

  @Override
  public int dup(int fd) {
    return result(DUP.call(fd));
  }

  @Override
  public int getpid() {
    return result(GETPID.call());
  }

  @Override
  public int connect(int fd, ByteBuffer address) {
    return result(CONNECT.call(fd, at(address), address.remaining()), address);
  }

  @Override
  public int bind(int fd, ByteBuffer address) {
    return result(BIND.call(fd, at(address), address.remaining()), address);
  }

  @Override
  public int getsockname(int fd, ByteBuffer address, ByteBuffer length) {
    int result = result(GETSOCKNAME.call(fd, at(address), at(length)), address);
    Reachable.keep(length);
    return result;
  }

  @Override
  public int fchmod(int fd, int mode) {
    return result(FCHMOD.call(fd, mode));
  }

  @Override
  public int listen(int fd, int backlog) {
    return result(LISTEN.call(fd, backlog));
  }

  @Override
  public int accept(int fd) {
    return result(ACCEPT.call(fd, 0, 0));
  }

  @Override
  public int accept4(int fd, int flags) {
    return result(ACCEPT4.call(fd, 0, 0, flags));
  }

  @Override
  public int recv(int fd, ByteBuffer target, int flags) {
    return result(RECV.call(fd, at(target), target.remaining(), flags), target);
  }

  @Override
  public int send(int fd, ByteBuffer source, int flags) {
    return result(SEND.call(fd, at(source), source.remaining(), flags), source);
  }

  @Override
  public int shutdown(int fd, int how) {
    return result(SHUTDOWN.call(fd, how));
  }

  @Override
  public int close(int fd) {
    return result(CLOSE.call(fd));
  }

  @Override
  public int fcntl(int fd, int command, long argument) {
    return result(FCNTL.call(fd, command, argument));
  }

  @Override
  public int getsockopt(int fd, int level, int name, ByteBuffer value, ByteBuffer length) {
    int result = result(GETSOCKOPT.call(fd, level, name, at(value), at(length)), value);
    Reachable.keep(length);
    return result;
  }

  @Override
  public int setsockopt(int fd, int level, int name, ByteBuffer value) {
    return result(SETSOCKOPT.call(fd, level, name, at(value), value.remaining()), value);
  }

  @Override
  public int poll(ByteBuffer pollfds, int count, int timeoutMillis) {
    return result(POLL.call(at(pollfds), count, timeoutMillis), pollfds);
  }

  @Override
  public int epollCreate1(int flags) {
    return result(EPOLL_CREATE1.call(flags));
  }

  @Override
  public int epollCtl(int epoll, int operation, int fd, ByteBuffer event) {
    return result(EPOLL_CTL.call(epoll, operation, fd, at(event)), event);
  }

  @Override
  public int epollWait(int epoll, ByteBuffer events, int count, int timeoutMillis) {
    return result(EPOLL_WAIT.call(epoll, at(events), count, timeoutMillis), events);
  }

  @Override
  public int getpeereid(int fd, ByteBuffer uid, ByteBuffer gid) {
    int result = result(GETPEEREID.call(fd, at(uid), at(gid)), uid);
    Reachable.keep(gid);
    return result;
  }

  @Override
  public int getpwuidR(int uid, ByteBuffer entry, ByteBuffer text, ByteBuffer result) {
    return lookUp(GETPWUID_R, uid, entry, text, result);
  }

  @Override
  public int getgrgidR(int gid, ByteBuffer entry, ByteBuffer text, ByteBuffer result) {
    return lookUp(GETGRGID_R, gid, entry, text, result);
  }

  private static int lookUp(
      CFunction function, int id, ByteBuffer entry, ByteBuffer text, ByteBuffer result) {
    int error = (int) function.call(id, at(entry), at(text), text.remaining(), at(result));
    Reachable.keep(entry);
    Reachable.keep(text);
    Reachable.keep(result);
    return -error;
  }

  @Override
  public String strerror(int errno) {
    return new String(text(STRERROR.call(errno), MOST_TEXT), Charset.defaultCharset());
  }

  @Override
  public byte[] text(long address, int most) {
    return CFunction.text(address, most);
  }

  @Override
  public int pointerBytes() {
    return POINTER.size();
  }
}
