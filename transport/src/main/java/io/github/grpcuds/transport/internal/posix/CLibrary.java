package io.github.grpcuds.transport.internal.posix;

import java.nio.ByteBuffer;

/**
 * The functions of the C library that this room uses, by their own names; safe for use by any
 * thread.
 *
 * <p>A result below zero is the number of the error (errno), negated. Buffers are direct ones; a
 * function is given their bytes from the position to the limit, and moves neither.
 */
public interface CLibrary {
  int socket(int domain, int type, int protocol);

  /**
   * Makes a pair of sockets.
   *
   * @param descriptors room for two ints
   */
  int socketpair(int domain, int type, int protocol, ByteBuffer descriptors);

  int dup(int fd);

  int getpid();

  int connect(int fd, ByteBuffer address);

  int bind(int fd, ByteBuffer address);

  int getsockname(int fd, ByteBuffer address, ByteBuffer length);

  int fchmod(int fd, int mode);

  int listen(int fd, int backlog);

  int accept(int fd);

  /** Of Linux; the others are not asked. */
  int accept4(int fd, int flags);

  int recv(int fd, ByteBuffer target, int flags);

  int send(int fd, ByteBuffer source, int flags);

  int shutdown(int fd, int how);

  int close(int fd);

  int fcntl(int fd, int command, long argument);

  int getsockopt(int fd, int level, int name, ByteBuffer value, ByteBuffer length);

  int setsockopt(int fd, int level, int name, ByteBuffer value);

  /**
   * Waits.
   *
   * @param count of the structures at the buffer's position
   */
  int poll(ByteBuffer pollfds, int count, int timeoutMillis);

  /** Of Linux, as the next two. */
  int epollCreate1(int flags);

  int epollCtl(int epoll, int operation, int fd, ByteBuffer event);

  int epollWait(int epoll, ByteBuffer events, int count, int timeoutMillis);

  /** Of macOS and the BSDs. */
  int getpeereid(int fd, ByteBuffer uid, ByteBuffer gid);

  /** Its result is the error, negated. */
  int getpwuidR(int uid, ByteBuffer entry, ByteBuffer text, ByteBuffer result);

  /** Its result is the error, negated. */
  int getgrgidR(int gid, ByteBuffer entry, ByteBuffer text, ByteBuffer result);

  /** The text of an error's number, in the language of the C library. */
  String strerror(int errno);

  /** The bytes at an address up to a zero, or so many at most. */
  byte[] text(long address, int most);

  /** sizeof(void *): 4 or 8. */
  int pointerBytes();
}
