package io.github.grpcuds.android.platform;

import static io.github.grpcuds.android.platform.CLibrary.C;
import static java.nio.charset.StandardCharsets.UTF_8;

import android.net.Credentials;
import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The native methods of LocalSocketImpl, as core/jni/android_net_LocalSocketImpl.cpp and libcutils'
 * socket_local_client and socket_local_server have them: each failure is an IOException with
 * strerror's text, and a bind to a file deletes what is there first.
 */
public final class LocalSocketNatives {
  private static final int ABSTRACT = 0;
  private static final int RESERVED = 1;
  private static final String RESERVED_FOLDER = "/dev/socket/";

  private static final int AF_UNIX = 1;
  private static final int SUN_PATH_BYTES = 108;
  private static final int SOL_SOCKET = 1;
  private static final int SO_REUSEADDR = 2;
  private static final int SO_SNDBUF = 7;
  private static final int SO_RCVBUF = 8;
  private static final int SO_LINGER = 13;
  private static final int SO_PEERCRED = 17;
  private static final int SO_RCVTIMEO = 20;
  private static final int SO_SNDTIMEO = 21;
  private static final int FIONREAD = 0x541b;
  private static final int TIOCOUTQ = 0x5411;

  private LocalSocketNatives() {}

  public static void connectLocal(FileDescriptor fd, String name, int namespace)
      throws IOException {
    byte[] address = address(name, namespace);
    check(C.connect(number(fd), address, address.length));
  }

  public static void bindLocal(FileDescriptor fd, String name, int namespace) throws IOException {
    byte[] address = address(name, namespace);
    if (namespace != ABSTRACT) {
      C.unlink(namespace == RESERVED ? RESERVED_FOLDER + name : name); // whatever becomes of it
    }
    check(C.setsockopt(number(fd), SOL_SOCKET, SO_REUSEADDR, ints(1), Integer.BYTES));
    check(C.bind(number(fd), address, address.length));
  }

  /** socket_make_sockaddr_un. */
  private static byte[] address(String name, int namespace) throws IOException {
    byte[] bytes = (namespace == RESERVED ? RESERVED_FOLDER + name : name).getBytes(UTF_8);
    if (bytes.length + 1 > SUN_PATH_BYTES) {
      throw new IOException(C.strerror(0)); // it sets no errno
    }
    ByteBuffer out =
        ByteBuffer.allocate(2 + bytes.length + 1)
            .order(ByteOrder.nativeOrder())
            .putShort((short) AF_UNIX);
    if (namespace == ABSTRACT) {
      out.put((byte) 0).put(bytes);
    } else {
      out.put(bytes).put((byte) 0);
    }
    return out.array();
  }

  public static Credentials getPeerCredentials_native(FileDescriptor fd) throws IOException {
    byte[] ucred = new byte[3 * Integer.BYTES];
    check(C.getsockopt(number(fd), SOL_SOCKET, SO_PEERCRED, ucred, new int[] {ucred.length}));
    ByteBuffer fields = ByteBuffer.wrap(ucred).order(ByteOrder.nativeOrder());
    return new Credentials(fields.getInt(), fields.getInt(), fields.getInt());
  }

  // Of API level 21 alone; later ones call Os.

  public static void listen_native(FileDescriptor fd, int backlog) throws IOException {
    check(C.listen(number(fd), backlog));
  }

  public static FileDescriptor accept(FileDescriptor fd, Object accepted) throws IOException {
    return FileDescriptors.of(check(C.accept(number(fd), null, null)));
  }

  /** Declares no exception, and throws an IOException all the same. */
  public static void shutdown(FileDescriptor fd, boolean input) throws IOException {
    check(C.shutdown(number(fd), input ? 0 : 1));
  }

  public static int available_native(FileDescriptor fd) throws IOException {
    return ioctl(fd, FIONREAD);
  }

  public static int pending_native(FileDescriptor fd) throws IOException {
    return ioctl(fd, TIOCOUTQ);
  }

  private static int ioctl(FileDescriptor fd, int command) throws IOException {
    int[] value = new int[1];
    check(C.ioctl(number(fd), command, value));
    return value[0];
  }

  public static int getOption_native(FileDescriptor fd, int option) throws IOException {
    byte[] value = new byte[Integer.BYTES];
    check(C.getsockopt(number(fd), SOL_SOCKET, real(option), value, new int[] {value.length}));
    return ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt();
  }

  /** SO_TIMEOUT is that of both directions. */
  public static void setOption_native(FileDescriptor fd, int option, int flag, int value)
      throws IOException {
    if (real(option) == SO_SNDTIMEO) {
      byte[] timeval = OsNatives.timeval(value / 1000, value % 1000 * 1000L);
      check(C.setsockopt(number(fd), SOL_SOCKET, SO_RCVTIMEO, timeval, timeval.length));
      check(C.setsockopt(number(fd), SOL_SOCKET, SO_SNDTIMEO, timeval, timeval.length));
    } else if (real(option) == SO_LINGER) {
      check(C.setsockopt(number(fd), SOL_SOCKET, SO_LINGER, ints(flag, value), 2 * Integer.BYTES));
    } else {
      check(C.setsockopt(number(fd), SOL_SOCKET, real(option), ints(value), Integer.BYTES));
    }
  }

  /** Of java.net.SocketOptions. */
  private static int real(int option) throws IOException {
    switch (option) {
      case 4097:
        return SO_SNDBUF;
      case 4098:
        return SO_RCVBUF;
      case 4102:
        return SO_SNDTIMEO;
      case 128:
        return SO_LINGER;
      case 4:
        return SO_REUSEADDR;
      default:
        throw new IOException("unknown option " + option);
    }
  }

  private static byte[] ints(int... values) {
    ByteBuffer out =
        ByteBuffer.allocate(values.length * Integer.BYTES).order(ByteOrder.nativeOrder());
    for (int value : values) {
      out.putInt(value);
    }
    return out.array();
  }

  private static int number(FileDescriptor fd) {
    return FileDescriptors.getInt(fd);
  }

  private static int check(int result) throws IOException {
    if (result < 0) {
      throw new IOException(C.strerror(CLibrary.errno()));
    }
    return result;
  }
}
