package io.github.grpcuds.transport.internal.jnr;

import static io.github.grpcuds.transport.internal.jnr.CFunction.INT;
import static io.github.grpcuds.transport.internal.jnr.CFunction.POINTER;
import static io.github.grpcuds.transport.internal.jnr.CFunction.SIZE;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.grpcuds.transport.PeerCredentials;
import io.github.grpcuds.transport.internal.PeerNames;
import io.github.grpcuds.transport.internal.Platform;
import io.github.grpcuds.transport.internal.UserTypes;
import io.github.grpcuds.transport.internal.peer.IdNamespace;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import jnr.constants.platform.Errno;
import jnr.constants.platform.SocketLevel;
import jnr.constants.platform.SocketOption;

/** The C library's calls that tell who the peer of a socket is. */
final class LibcPeers implements PeerNames {
  /** struct ucred of Linux: pid, uid, gid. */
  private static final int UCRED_BYTES = 12;

  /** Of asm-generic/socket.h, since Linux 4.13; SPARC has its own. */
  private static final int SO_PEERGROUPS =
      System.getProperty("os.arch", "").startsWith("sparc") ? 0x3d : 59;

  private static final int USUAL_GROUPS = 32;

  /** Room for struct passwd and struct group, of at most ten pointers and numbers each. */
  private static final int ENTRY_BYTES = 128;

  /** A pointer, aligned as one. */
  private static final int RESULT_BYTES = 8;

  private static final int NAME_BYTES = 1024;
  private static final int MAX_NAME_BYTES = 1 << 20; // a group's entry has all its members

  private static final CFunction GETSOCKOPT =
      CFunction.of("getsockopt", INT, INT, INT, INT, POINTER, POINTER);
  private static final CFunction GETPEEREID =
      CFunction.of("getpeereid", INT, INT, POINTER, POINTER);
  private static final CFunction GETPWUID_R =
      CFunction.of("getpwuid_r", INT, INT, POINTER, POINTER, SIZE, POINTER);
  private static final CFunction GETGRGID_R =
      CFunction.of("getgrgid_r", INT, INT, POINTER, POINTER, SIZE, POINTER);

  private LibcPeers() {}

  static LibcPeers get() {
    return Holder.LOADED;
  }

  PeerCredentials credentials(int fd) throws SocketException {
    if (!Platform.LINUX) {
      ByteBuffer ids = nativeOrder(8);
      long uid = CFunction.addressOf(ids);
      if ((int) GETPEEREID.call(fd, uid, uid + 4) != 0) {
        throw new SocketException("getpeereid: " + errno());
      }
      PeerCredentials credentials = credentials(0, ids.getInt(0), ids.getInt(4), null);
      CFunction.keep(ids);
      return credentials;
    }
    ByteBuffer fields = forOption(UCRED_BYTES);
    if (option(fd, SocketOption.SO_PEERCRED.intValue(), fields) != 0) {
      throw new SocketException("SO_PEERCRED: " + errno());
    }
    return credentials(fields.getInt(), fields.getInt(), fields.getInt(), groups(fd));
  }

  private static ByteBuffer nativeOrder(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  private PeerCredentials credentials(int pid, int uid, int gid, List<Integer> groups) {
    // A peer in a pid namespace that this one cannot see into has pid 0: not known.
    return UserTypes.get()
        .ofIds(
            pid == 0 ? null : pid,
            IdNamespace.USERS.known(uid),
            IdNamespace.GROUPS.known(gid),
            groups,
            this);
  }

  /** Null if this kernel cannot tell. */
  private List<Integer> groups(int fd) {
    ByteBuffer fields = forOption(USUAL_GROUPS * 4);
    int result = option(fd, SO_PEERGROUPS, fields);
    if (result != 0 && errno() == Errno.ERANGE) {
      fields = forOption(fields.getInt(0)); // now it says how many there are
      result = option(fd, SO_PEERGROUPS, fields);
    }
    if (result != 0) {
      return null;
    }
    List<Integer> known = new ArrayList<>();
    while (fields.hasRemaining()) {
      Integer gid = IdNamespace.GROUPS.known(fields.getInt());
      if (gid != null) {
        known.add(gid);
      }
    }
    return known;
  }

  /** Memory for the length of an option, and its value. */
  private static ByteBuffer forOption(int bytes) {
    ByteBuffer memory = nativeOrder(4 + bytes);
    memory.putInt(0, bytes);
    return memory;
  }

  /** Leaves the buffer at the value that the kernel told, if it told one. */
  private static int option(int fd, int name, ByteBuffer memory) {
    long length = CFunction.addressOf(memory);
    int level = SocketLevel.SOL_SOCKET.intValue();
    int result = (int) GETSOCKOPT.call(fd, level, name, length + 4, length);
    if (result == 0) {
      memory.limit(4 + memory.getInt(0)).position(4);
    }
    CFunction.keep(memory);
    return result;
  }

  private static Errno errno() {
    return Errno.valueOf(CFunction.errno());
  }

  @Override
  public String user(int uid) {
    return name(GETPWUID_R, uid);
  }

  @Override
  public String group(int gid) {
    return name(GETGRGID_R, gid);
  }

  private static String name(CFunction lookup, int id) {
    for (int size = NAME_BYTES; size <= MAX_NAME_BYTES; size *= 4) {
      ByteBuffer memory = nativeOrder(ENTRY_BYTES + RESULT_BYTES + size);
      long entry = CFunction.addressOf(memory);
      long result = entry + ENTRY_BYTES;
      int error = (int) lookup.call(id, entry, result + RESULT_BYTES, size, result);
      String name = error == 0 ? name(memory, size) : null;
      CFunction.keep(memory);
      if (error != Errno.ERANGE.intValue()) {
        return name;
      }
    }
    return null;
  }

  /** In both structures, the first field points to the name; null if there is no entry. */
  private static String name(ByteBuffer memory, int size) {
    boolean found = pointer(memory, ENTRY_BYTES) != 0 && pointer(memory, 0) != 0;
    return found ? CFunction.text(pointer(memory, 0), size, UTF_8) : null;
  }

  private static long pointer(ByteBuffer memory, int at) {
    return POINTER.size() == 8 ? memory.getLong(at) : memory.getInt(at) & 0xffffffffL;
  }

  private static final class Holder {
    static final LibcPeers LOADED = new LibcPeers();
  }
}
