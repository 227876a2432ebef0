package io.github.grpcuds.android.platform;

import android.system.OsConstants;
import java.lang.reflect.Field;
import jnr.constants.platform.Errno;

/** Sets the constants of android.system.OsConstants, as libcore's natives do: to Linux' values. */
public final class OsConstantsNatives {
  /** Of x86-64 and arm64, on which they are the same. */
  private static final String[] VALUES = {
    "AF_UNIX=1",
    "AF_INET=2",
    "AF_INET6=10",
    "SO_TYPE=3",
    "SO_PROTOCOL=38",
    "SO_DOMAIN=39",
    "SOCK_STREAM=1",
    "SOCK_DGRAM=2",
    "SOCK_SEQPACKET=5",
    "SOL_SOCKET=1",
    "SO_REUSEADDR=2",
    "SO_SNDBUF=7",
    "SO_RCVBUF=8",
    "SO_LINGER=13",
    "SO_PEERCRED=17",
    "SO_RCVTIMEO=20",
    "SO_SNDTIMEO=21",
    "SHUT_RD=0",
    "SHUT_WR=1",
    "SHUT_RDWR=2",
    "POLLIN=1",
    "POLLPRI=2",
    "POLLOUT=4",
    "POLLERR=8",
    "POLLHUP=16",
    "POLLNVAL=32",
    "R_OK=4",
    "W_OK=2",
    "X_OK=1",
    "F_OK=0",
    "S_IFMT=0170000",
    "S_IFSOCK=0140000",
    "S_IFLNK=0120000",
    "S_IFREG=0100000",
    "S_IFBLK=0060000",
    "S_IFDIR=0040000",
    "S_IFCHR=0020000",
    "S_IFIFO=0010000",
    "S_ISVTX=01000",
    "O_RDONLY=0",
    "O_WRONLY=1",
    "O_RDWR=2",
    "O_CLOEXEC=02000000",
    "F_GETFL=3",
    "F_SETFL=4"
  };

  private OsConstantsNatives() {}

  public static void initConstants() {
    for (String pair : VALUES) {
      String[] nameAndValue = pair.split("=", -1);
      set(nameAndValue[0], Integer.decode(nameAndValue[1]));
    }
    for (Errno errno : Errno.values()) {
      if (errno.defined()) {
        set(errno.name(), errno.intValue());
      }
    }
  }

  /** Not all levels have all constants. */
  private static void set(String name, int value) {
    try {
      Field field = OsConstants.class.getField(name);
      field.setInt(null, value);
    } catch (NoSuchFieldException e) {
      // of another level
    } catch (IllegalAccessException e) {
      throw new LinkageError("cannot set " + name, e);
    }
  }
}
