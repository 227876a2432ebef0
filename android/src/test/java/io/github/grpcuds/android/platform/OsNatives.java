package io.github.grpcuds.android.platform;

import static io.github.grpcuds.android.platform.CLibrary.C;

import android.system.ErrnoException;
import android.system.OsConstants;
import android.system.StructLinger;
import android.system.StructPollfd;
import android.system.StructStat;
import android.system.StructTimeval;
import java.io.FileDescriptor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The native methods behind android.system.Os, as libcore_io_Posix.cpp and libcore_io_Linux.cpp.
 */
public final class OsNatives {
  private static final int POLLFD_BYTES = 8;
  private static final int EVENTS_AT = 4;
  private static final int REVENTS_AT = 6;

  private static final int MOST_ADDRESS_BYTES = 128;

  private static final int AT_FDCWD = -100;
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int STATX_BASIC_STATS = 0x7ff;
  private static final int STATX_BYTES = 256;

  private OsNatives() {}

  public static FileDescriptor socket(int domain, int type, int protocol) throws ErrnoException {
    return FileDescriptors.of(check("socket", C.socket(domain, type, protocol)));
  }

  public static void listen(FileDescriptor fd, int backlog) throws ErrnoException {
    check("listen", C.listen(number(fd), backlog));
  }

  public static FileDescriptor accept(FileDescriptor fd, InetSocketAddress peer)
      throws ErrnoException {
    return accept(fd, (SocketAddress) peer);
  }

  public static FileDescriptor accept(FileDescriptor fd, SocketAddress peer) throws ErrnoException {
    int accepted;
    do {
      accepted = C.accept(number(fd), null, null);
    } while (accepted < 0 && CLibrary.errno() == OsConstants.EINTR);
    return FileDescriptors.of(check("accept", accepted));
  }

  public static void shutdown(FileDescriptor fd, int how) throws ErrnoException {
    check("shutdown", C.shutdown(number(fd), how));
  }

  public static void close(FileDescriptor fd) throws ErrnoException {
    int number = number(fd);
    FileDescriptors.setInt(fd, -1);
    check("close", C.close(number));
  }

  public static FileDescriptor[] pipe() throws ErrnoException {
    return pipe2(0);
  }

  public static FileDescriptor[] pipe2(int flags) throws ErrnoException {
    int[] ends = new int[2];
    check("pipe", C.pipe(ends));
    return new FileDescriptor[] {FileDescriptors.of(ends[0]), FileDescriptors.of(ends[1])};
  }

  /** Takes the array up to its first null. */
  public static int poll(StructPollfd[] fds, int timeoutMillis) throws ErrnoException {
    ByteBuffer pollfds =
        ByteBuffer.allocateDirect(fds.length * POLLFD_BYTES).order(ByteOrder.nativeOrder());
    int count = 0;
    while (count < fds.length && fds[count] != null && fds[count].fd != null) {
      int at = count * POLLFD_BYTES;
      pollfds.putInt(at, number(fds[count].fd)).putShort(at + EVENTS_AT, fds[count].events);
      count++;
    }
    int ready = check("poll", C.poll(pollfds, count, timeoutMillis));
    for (int i = 0; i < count; i++) {
      fds[i].revents = pollfds.getShort(i * POLLFD_BYTES + REVENTS_AT);
    }
    return ready;
  }

  public static int readBytes(FileDescriptor fd, Object buffer, int offset, int count)
      throws ErrnoException {
    NativeBytes bytes = new NativeBytes(buffer, offset, count);
    return bytes.received(check("read", (int) C.read(number(fd), bytes.memory, bytes.count)));
  }

  public static int writeBytes(FileDescriptor fd, Object buffer, int offset, int count)
      throws ErrnoException {
    NativeBytes bytes = new NativeBytes(buffer, offset, count);
    return check("write", (int) C.write(number(fd), bytes.toSend(), bytes.count));
  }

  public static int recvfromBytes(
      FileDescriptor fd, Object buffer, int offset, int count, int flags, InetSocketAddress source)
      throws ErrnoException {
    NativeBytes bytes = new NativeBytes(buffer, offset, count);
    long result;
    do {
      result = C.recv(number(fd), bytes.memory, bytes.count, flags);
    } while (result < 0 && CLibrary.errno() == OsConstants.EINTR);
    return bytes.received(check("recvfrom", (int) result));
  }

  public static int sendtoBytes(
      FileDescriptor fd,
      Object buffer,
      int offset,
      int count,
      int flags,
      InetAddress address,
      int port)
      throws ErrnoException {
    if (address != null) {
      throw new UnsupportedOperationException("only connected sockets here");
    }
    NativeBytes bytes = new NativeBytes(buffer, offset, count);
    long result;
    do {
      result = C.send(number(fd), bytes.toSend(), bytes.count, flags);
    } while (result < 0 && CLibrary.errno() == OsConstants.EINTR);
    return check("sendto", (int) result);
  }

  public static int getsockoptInt(FileDescriptor fd, int level, int option) throws ErrnoException {
    byte[] value = new byte[Integer.BYTES];
    check("getsockopt", C.getsockopt(number(fd), level, option, value, new int[] {value.length}));
    return ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt();
  }

  /** BlockGuardOs asks for it at each close. */
  public static StructLinger getsockoptLinger(FileDescriptor fd, int level, int option)
      throws ErrnoException {
    byte[] value = new byte[2 * Integer.BYTES];
    check("getsockopt", C.getsockopt(number(fd), level, option, value, new int[] {value.length}));
    ByteBuffer fields = ByteBuffer.wrap(value).order(ByteOrder.nativeOrder());
    return new StructLinger(fields.getInt(), fields.getInt());
  }

  public static void setsockoptInt(FileDescriptor fd, int level, int option, int value)
      throws ErrnoException {
    byte[] bytes =
        ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder()).putInt(value).array();
    check("setsockopt", C.setsockopt(number(fd), level, option, bytes, bytes.length));
  }

  public static void setsockoptTimeval(
      FileDescriptor fd, int level, int option, StructTimeval value) throws ErrnoException {
    byte[] bytes = timeval(value.tv_sec, value.tv_usec);
    check("setsockopt", C.setsockopt(number(fd), level, option, bytes, bytes.length));
  }

  static byte[] timeval(long seconds, long micros) {
    return ByteBuffer.allocate(2 * Long.BYTES)
        .order(ByteOrder.nativeOrder())
        .putLong(seconds)
        .putLong(micros)
        .array();
  }

  /** LocalSocket asks whether there is a peer, not who. */
  public static SocketAddress getpeername(FileDescriptor fd) throws ErrnoException {
    byte[] address = new byte[MOST_ADDRESS_BYTES];
    check("getpeername", C.getpeername(number(fd), address, new int[] {address.length}));
    return null;
  }

  public static int fcntlInt(FileDescriptor fd, int command, int argument) throws ErrnoException {
    return check("fcntl", C.fcntl(number(fd), command, argument));
  }

  public static int fcntlVoid(FileDescriptor fd, int command) throws ErrnoException {
    return fcntlInt(fd, command, 0);
  }

  public static void fchmod(FileDescriptor fd, int mode) throws ErrnoException {
    check("fchmod", C.fchmod(number(fd), mode));
  }

  public static void chmod(String path, int mode) throws ErrnoException {
    check("chmod", C.chmod(path, mode));
  }

  public static void lchown(String path, int uid, int gid) throws ErrnoException {
    check("lchown", C.lchown(path, uid, gid));
  }

  public static void mkdir(String path, int mode) throws ErrnoException {
    check("mkdir", C.mkdir(path, mode));
  }

  public static void remove(String path) throws ErrnoException {
    check("remove", C.remove(path));
  }

  public static boolean access(String path, int mode) throws ErrnoException {
    return check("access", C.access(path, mode)) == 0;
  }

  public static StructStat stat(String path) throws ErrnoException {
    return statx("stat", AT_FDCWD, path, 0);
  }

  public static StructStat lstat(String path) throws ErrnoException {
    return statx("lstat", AT_FDCWD, path, AT_SYMLINK_NOFOLLOW);
  }

  public static StructStat fstat(FileDescriptor fd) throws ErrnoException {
    return statx("fstat", number(fd), "", AT_EMPTY_PATH);
  }

  /** struct statx has the same layout on all processors; the times are left out. */
  private static StructStat statx(String call, int folder, String path, int flags)
      throws ErrnoException {
    byte[] result = new byte[STATX_BYTES];
    check(call, C.statx(folder, path, flags, STATX_BASIC_STATS, result));
    ByteBuffer fields = ByteBuffer.wrap(result).order(ByteOrder.nativeOrder());
    long device = (long) fields.getInt(136) << 32 | fields.getInt(140);
    return new StructStat(
        device,
        fields.getLong(32),
        fields.getShort(28) & 0xffff,
        fields.getInt(16),
        fields.getInt(20),
        fields.getInt(24),
        0,
        fields.getLong(40),
        0,
        0,
        0,
        fields.getInt(4),
        fields.getLong(48));
  }

  public static int getpid() {
    return C.getpid();
  }

  public static int geteuid() {
    return C.geteuid();
  }

  public static String strerror(int errno) {
    return C.strerror(errno);
  }

  private static int number(FileDescriptor fd) {
    return FileDescriptors.getInt(fd);
  }

  private static int check(String call, int result) throws ErrnoException {
    if (result < 0) {
      throw new ErrnoException(call, CLibrary.errno());
    }
    return result;
  }
}
