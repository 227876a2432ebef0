package io.github.grpcuds.android.platform;

import java.nio.ByteBuffer;
import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.LibraryOption;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import jnr.ffi.annotations.Variadic;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;

/** The C library, as far as the native methods of Android's local sockets and Os call it. */
public interface CLibrary {
  CLibrary C =
      LibraryLoader.create(CLibrary.class)
          .option(LibraryOption.SaveError, true)
          .failImmediately()
          .load("c");

  /** Of the calling thread's last call. */
  static int errno() {
    return LastError.getLastError(Runtime.getRuntime(C));
  }

  int socket(int domain, int type, int protocol);

  int bind(int fd, @In byte[] address, int length);

  int connect(int fd, @In byte[] address, int length);

  int listen(int fd, int backlog);

  int accept(int fd, @Out byte[] address, @Out int[] length);

  int getpeername(int fd, @Out byte[] address, int[] length);

  int shutdown(int fd, int how);

  int close(int fd);

  int pipe(@Out int[] ends);

  int poll(ByteBuffer pollfds, long count, int timeoutMillis);

  @ssize_t
  long read(int fd, @Out ByteBuffer target, @size_t long count);

  @ssize_t
  long write(int fd, @In ByteBuffer source, @size_t long count);

  @ssize_t
  long recv(int fd, @Out ByteBuffer target, @size_t long count, int flags);

  @ssize_t
  long send(int fd, @In ByteBuffer source, @size_t long count, int flags);

  int getsockopt(int fd, int level, int option, @Out byte[] value, int[] length);

  int setsockopt(int fd, int level, int option, @In byte[] value, int length);

  int ioctl(int fd, long command, @Out int[] value);

  @Variadic(fixedCount = 2)
  int fcntl(int fd, int command, int argument);

  int fchmod(int fd, int mode);

  int chmod(String path, int mode);

  int lchown(String path, int uid, int gid);

  int mkdir(String path, int mode);

  int remove(String path);

  int unlink(String path);

  int access(String path, int mode);

  int statx(int folder, String path, int flags, int mask, @Out byte[] result);

  int getpid();

  int geteuid();

  String strerror(int errno);
}
