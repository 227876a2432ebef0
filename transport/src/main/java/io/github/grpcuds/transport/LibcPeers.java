package io.github.grpcuds.transport;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import jnr.constants.platform.Errno;
import jnr.constants.platform.SocketLevel;
import jnr.constants.platform.SocketOption;
import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import jnr.ffi.types.size_t;

/** The C library's calls that tell who the peer of a socket is. */
final class LibcPeers implements PeerCredentials.Names {
  /** struct ucred of Linux: pid, uid, gid. */
  private static final int UCRED_BYTES = 12;

  /** Of asm-generic/socket.h, since Linux 4.13; SPARC has its own. */
  private static final int SO_PEERGROUPS =
      System.getProperty("os.arch", "").startsWith("sparc") ? 0x3d : 59;

  private static final int USUAL_GROUPS = 32;

  /** Room for struct passwd and struct group, of at most ten pointers and numbers each. */
  private static final int ENTRY_BYTES = 128;

  private static final int NAME_BYTES = 1024;
  private static final int MAX_NAME_BYTES = 1 << 20; // a group's entry has all its members

  private final Calls calls;
  private final Runtime runtime;

  private LibcPeers() {
    String library = jnr.ffi.Platform.getNativePlatform().getStandardCLibraryName();
    calls = LibraryLoader.create(Calls.class).load(library);
    runtime = Runtime.getRuntime(calls);
  }

  static LibcPeers get() {
    return Holder.LOADED;
  }

  /** Public because jnr-ffi implements it with a class of its own. */
  public interface Calls {
    int getsockopt(int fd, int level, int name, @Out byte[] value, @In @Out int[] length);

    int getpeereid(int fd, @Out int[] uid, @Out int[] gid);

    int getpwuid_r(int uid, Pointer entry, Pointer text, @size_t long length, Pointer result);

    int getgrgid_r(int gid, Pointer entry, Pointer text, @size_t long length, Pointer result);
  }

  PeerCredentials credentials(int fd) throws SocketException {
    if (!Platform.LINUX) {
      int[] uid = new int[1];
      int[] gid = new int[1];
      if (calls.getpeereid(fd, uid, gid) != 0) {
        throw new SocketException("getpeereid: " + errno());
      }
      return credentials(0, uid[0], gid[0], null);
    }
    byte[] ucred = new byte[UCRED_BYTES];
    if (option(fd, SocketOption.SO_PEERCRED.intValue(), ucred, new int[] {UCRED_BYTES}) != 0) {
      throw new SocketException("SO_PEERCRED: " + errno());
    }
    ByteBuffer fields = ByteBuffer.wrap(ucred).order(ByteOrder.nativeOrder());
    return credentials(fields.getInt(), fields.getInt(), fields.getInt(), groups(fd));
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
    byte[] gids = new byte[USUAL_GROUPS * 4];
    int[] length = {gids.length};
    int result = option(fd, SO_PEERGROUPS, gids, length);
    if (result != 0 && errno() == Errno.ERANGE) {
      gids = new byte[length[0]];
      result = option(fd, SO_PEERGROUPS, gids, length);
    }
    if (result != 0) {
      return null;
    }
    ByteBuffer fields = ByteBuffer.wrap(gids, 0, length[0]).order(ByteOrder.nativeOrder());
    List<Integer> known = new ArrayList<>();
    while (fields.hasRemaining()) {
      Integer gid = IdNamespace.GROUPS.known(fields.getInt());
      if (gid != null) {
        known.add(gid);
      }
    }
    return known;
  }

  private int option(int fd, int name, byte[] value, int[] length) {
    return calls.getsockopt(fd, SocketLevel.SOL_SOCKET.intValue(), name, value, length);
  }

  private Errno errno() {
    return Errno.valueOf(LastError.getLastError(runtime));
  }

  @Override
  public String user(int uid) {
    return name((entry, text, size, result) -> calls.getpwuid_r(uid, entry, text, size, result));
  }

  @Override
  public String group(int gid) {
    return name((entry, text, size, result) -> calls.getgrgid_r(gid, entry, text, size, result));
  }

  /** In both structures, the first field points to the name. */
  private String name(Lookup lookup) {
    Pointer entry = Memory.allocateDirect(runtime, ENTRY_BYTES);
    Pointer result = Memory.allocateDirect(runtime, runtime.addressSize());
    for (int size = NAME_BYTES; size <= MAX_NAME_BYTES; size *= 4) {
      Pointer text = Memory.allocateDirect(runtime, size);
      int error = lookup.call(entry, text, size, result);
      if (error != Errno.ERANGE.intValue()) {
        boolean found = error == 0 && result.getPointer(0) != null;
        return found ? entry.getPointer(0).getString(0, size, UTF_8) : null;
      }
    }
    return null;
  }

  private interface Lookup {
    int call(Pointer entry, Pointer text, long size, Pointer result);
  }

  private static final class Holder {
    static final LibcPeers LOADED = new LibcPeers();
  }
}
