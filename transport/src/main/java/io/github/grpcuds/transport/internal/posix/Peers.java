package io.github.grpcuds.transport.internal.posix;

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

/** The C library's calls that tell who the peer of a socket is. */
final class Peers implements PeerNames {
  /** struct ucred of Linux: pid, uid, gid. */
  private static final int UCRED_BYTES = 12;

  private static final int USUAL_GROUPS = 32;

  /** Room for struct passwd and struct group, of at most ten pointers and numbers each. */
  private static final int ENTRY_BYTES = 128;

  private static final int NAME_BYTES = 1024;
  private static final int MAX_NAME_BYTES = 1 << 20; // a group's entry has all its members

  private final Libc libc;
  private final CLibrary library;

  Peers(Libc libc) {
    this.libc = libc;
    this.library = libc.library();
  }

  PeerCredentials credentials(int fd) throws SocketException {
    if (!Platform.LINUX) {
      ByteBuffer uid = nativeOrder(Integer.BYTES);
      ByteBuffer gid = nativeOrder(Integer.BYTES);
      check("getpeereid", library.getpeereid(fd, uid, gid));
      return credentials(0, uid.getInt(0), gid.getInt(0), null);
    }
    ValueResult fields = new ValueResult(UCRED_BYTES);
    check("SO_PEERCRED", option(fd, Constant.SO_PEERCRED, fields));
    ByteBuffer ids = fields.value;
    return credentials(ids.getInt(0), ids.getInt(4), ids.getInt(8), groups(fd));
  }

  private void check(String call, int result) throws SocketException {
    if (result < 0) {
      throw new SocketException(call + ": " + libc.describe(result));
    }
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
    ValueResult fields = new ValueResult(USUAL_GROUPS * Integer.BYTES);
    int result = option(fd, Constant.SO_PEERGROUPS, fields);
    if (Errno.ERANGE.meantBy(result)) {
      fields = new ValueResult(fields.length()); // now it says how many there are
      result = option(fd, Constant.SO_PEERGROUPS, fields);
    }
    if (result < 0) {
      return null;
    }
    List<Integer> known = new ArrayList<>();
    for (int at = 0; at < fields.length(); at += Integer.BYTES) {
      Integer gid = IdNamespace.GROUPS.known(fields.value.getInt(at));
      if (gid != null) {
        known.add(gid);
      }
    }
    return known;
  }

  private int option(int fd, Constant name, ValueResult memory) {
    return library.getsockopt(
        fd, Constant.SOL_SOCKET.value(), name.value(), memory.value, memory.length);
  }

  /** Looks up an entry of the user database: getpwuid_r(3) or getgrgid_r(3). */
  private interface LookUp {
    int call(int id, ByteBuffer entry, ByteBuffer text, ByteBuffer result);
  }

  @Override
  public String user(int uid) {
    return name(library::getpwuidR, uid);
  }

  @Override
  public String group(int gid) {
    return name(library::getgrgidR, gid);
  }

  private String name(LookUp lookUp, int id) {
    ByteBuffer entry = nativeOrder(ENTRY_BYTES);
    ByteBuffer result = nativeOrder(Long.BYTES);
    for (int size = NAME_BYTES; size <= MAX_NAME_BYTES; size *= 4) {
      ByteBuffer text = ByteBuffer.allocateDirect(size); // the entry points into it
      int error = lookUp.call(id, entry, text, result);
      if (!Errno.ERANGE.meantBy(error)) {
        String name = error == 0 ? name(entry, result, size) : null;
        Reachable.keep(text);
        return name;
      }
    }
    return null;
  }

  /** In both structures, the first field points to the name; null if there is no entry. */
  private String name(ByteBuffer entry, ByteBuffer result, int most) {
    boolean found = pointer(result) != 0 && pointer(entry) != 0;
    return found ? new String(library.text(pointer(entry), most), UTF_8) : null;
  }

  private long pointer(ByteBuffer memory) {
    return library.pointerBytes() == Long.BYTES
        ? memory.getLong(0)
        : memory.getInt(0) & 0xffffffffL;
  }
}
