package io.github.grpcuds.transport;

import static io.github.grpcuds.transport.CFunction.INT;
import static io.github.grpcuds.transport.CFunction.POINTER;
import static io.github.grpcuds.transport.CFunction.SIZE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import jnr.constants.platform.Errno;
import jnr.constants.platform.SocketLevel;
import jnr.constants.platform.SocketOption;

/** The C library's calls that tell who the peer of a socket is. */
final class LibcPeers implements PeerCredentials.Names {
  /** struct ucred of Linux: pid, uid, gid. */
  private static final int UCRED_BYTES = 12;

  /** Of asm-generic/socket.h, since Linux 4.13; SPARC has its own. */
  private static final int SO_PEERGROUPS =
      System.getProperty("os.arch", "").startsWith("sparc") ? 0x3d : 59;

  private static final int USUAL_GROUPS = 32;
  private static final int MOST_GROUPS = 65_536; // NGROUPS_MAX

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
    ByteBuffer fields = option(fd, SocketOption.SO_PEERCRED.intValue(), UCRED_BYTES);
    if (fields == null) {
      throw new SocketException("SO_PEERCRED: " + errno());
    }
    return credentials(fields.getInt(), fields.getInt(), fields.getInt(), groups(fd));
  }

  private static ByteBuffer nativeOrder(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  private PeerCredentials credentials(int pid, int uid, int gid, List<Integer> groups) {
    // A peer in a pid namespace that this one cannot see into has pid 0: not known.
    return PeerCredentials.ofIds(
        pid == 0 ? null : pid,
        IdNamespace.USERS.known(uid),
        IdNamespace.GROUPS.known(gid),
        groups,
        this);
  }

  /** Null if this kernel cannot tell. */
  private List<Integer> groups(int fd) {
    ByteBuffer fields = option(fd, SO_PEERGROUPS, USUAL_GROUPS * 4);
    if (fields == null && errno() == Errno.ERANGE) {
      fields = option(fd, SO_PEERGROUPS, MOST_GROUPS * 4);
    }
    if (fields == null) {
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

  /** What the kernel tells; null if it does not. */
  private static ByteBuffer option(int fd, int name, int bytes) {
    ByteBuffer memory = nativeOrder(4 + bytes);
    memory.putInt(0, bytes);
    long length = CFunction.addressOf(memory);
    int level = SocketLevel.SOL_SOCKET.intValue();
    int result = (int) GETSOCKOPT.call(fd, level, name, length + 4, length);
    int count = result == 0 ? memory.getInt(0) : 0; // after ERANGE it is what would be needed
    memory.limit(4 + count).position(4);
    return result == 0 ? memory : null;
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

  /** In both structures, the first field points to the name. */
  private static String name(CFunction lookup, int id) {
    for (int size = NAME_BYTES; size <= MAX_NAME_BYTES; size *= 4) {
      ByteBuffer memory = nativeOrder(ENTRY_BYTES + RESULT_BYTES + size);
      long entry = CFunction.addressOf(memory);
      long result = entry + ENTRY_BYTES;
      int error = (int) lookup.call(id, entry, result + RESULT_BYTES, size, result);
      boolean found = error == 0 && pointer(memory, ENTRY_BYTES) != 0;
      String name = found ? CFunction.text(pointer(memory, 0), UTF_8) : null;
      CFunction.keep(memory);
      if (error != Errno.ERANGE.intValue()) {
        return name;
      }
    }
    return null;
  }

  private static long pointer(ByteBuffer memory, int at) {
    return POINTER.size() == 8 ? memory.getLong(at) : memory.getInt(at) & 0xffffffffL;
  }

  private static final class Holder {
    static final LibcPeers LOADED = new LibcPeers();
  }
}
