package io.github.grpcuds.transport;

import io.github.grpcuds.transport.internal.PeerNames;
import io.github.grpcuds.transport.internal.socket.UdsSocket;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.Collections;
import java.util.List;

/**
 * What the kernel says of the process at the other end of a connection: who it was when it
 * connected or began to listen (SO_PEERCRED in <a
 * href="https://man7.org/linux/man-pages/man7/unix.7.html">unix(7)</a>). The peer cannot forge it.
 *
 * <p>What the kernel does not tell is null, never 0 or -1. Both ends learn the same about each
 * other:
 *
 * <table>
 * <caption>What each backend tells</caption>
 * <tr><th></th><th>ffm, jnr, Linux</th><th>ffm, jnr, macOS</th><th>jdk, Linux and macOS</th></tr>
 * <tr><td>pid</td><td>yes</td><td>no</td><td>no</td></tr>
 * <tr><td>uid, gid</td><td>yes</td><td>yes</td><td>yes, while a self-test holds: see below</td></tr>
 * <tr><td>user, group</td><td>when asked for</td><td>when asked for</td><td>yes</td></tr>
 * <tr><td>supplementary gids</td><td>yes, from Linux 4.13 on</td><td>no</td><td>no</td></tr>
 * </table>
 *
 * <p>On Windows, and in a runtime image without the module jdk.net, the jdk backend tells nothing.
 * The JDK gives it principals, which have names but no method for the number. The number is their
 * hash code; the backend tests that on each JVM before it relies on it, and reports null where the
 * test fails.
 *
 * <p>Ids are the kernel's 32 bits: those over 2147483647 are negative here. In a user namespace
 * that does not map all users, one id stands for all the others (65534, "nobody"). It is reported
 * as null, and so is its name, because it may be anybody.
 */
public final class PeerCredentials {
  private static final String UNKNOWN = "unknown peer";

  private final Integer pid;
  private final Integer uid;
  private final Integer gid;
  private final List<Integer> supplementaryGids;
  private final LazyName user;
  private final LazyName group;
  private final String whyUnknown; // null if something is known, or there is no reason to tell

  private PeerCredentials(
      Integer pid,
      Integer uid,
      Integer gid,
      List<Integer> groups,
      LazyName user,
      LazyName group,
      String whyUnknown) {
    this.pid = pid;
    this.uid = uid;
    this.gid = gid;
    this.supplementaryGids = groups;
    this.user = user;
    this.group = group;
    this.whyUnknown = whyUnknown;
  }

  /** Ids whose names are looked up at the first need, as that may take long (NSS, LDAP). */
  static PeerCredentials ofIds(
      Integer pid, Integer uid, Integer gid, List<Integer> supplementaryGids, PeerNames names) {
    return new PeerCredentials(
        pid,
        uid,
        gid,
        supplementaryGids == null ? null : Collections.unmodifiableList(supplementaryGids),
        LazyName.lookedUp(() -> uid == null ? null : names.user(uid)),
        LazyName.lookedUp(() -> gid == null ? null : names.group(gid)),
        null);
  }

  static PeerCredentials ofNames(Integer uid, Integer gid, String user, String group) {
    return new PeerCredentials(
        null, uid, gid, null, LazyName.told(user), LazyName.told(group), null);
  }

  /**
   * @param why nothing is known, to follow a colon; null if there is nothing to say
   */
  static PeerCredentials unknown(String why) {
    LazyName none = LazyName.told(null);
    return new PeerCredentials(null, null, null, null, none, none, why);
  }

  /**
   * Returns the credentials of the process to which a connected socket of this library talks.
   *
   * @throws SocketException if the socket is closed, not connected, or not one of this library's
   */
  public static PeerCredentials of(Socket socket) throws IOException {
    if (!(socket instanceof UdsSocket)) {
      throw new SocketException("not a Unix domain socket of grpc-uds: " + socket);
    }
    return ((UdsSocket) socket).peerCredentials();
  }

  /** Returns the process id, or null if it is not known. The process may have ended since. */
  public Integer pid() {
    return pid;
  }

  /** Returns the effective user id, or null if it is not known. */
  public Integer uid() {
    return uid;
  }

  /** Returns the effective group id, or null if it is not known. */
  public Integer gid() {
    return gid;
  }

  /**
   * Returns the groups of the process other than its effective one, or null if they are not known.
   * The list is unmodifiable.
   */
  public List<Integer> supplementaryGids() {
    return supplementaryGids;
  }

  /**
   * Returns the user name, or null if it is not known or the user has none. The first call may look
   * it up in the system's user database, which can take long if that is on the network.
   */
  public String user() {
    return user.get();
  }

  /** Returns the name of the effective group, or null, as {@link #user} does. */
  public String group() {
    return group.get();
  }

  /**
   * Returns what is known without a look-up, such as {@code pid=17 uid=1000 gid=1000}. Leaves out
   * the supplementary groups, which may be thousands.
   */
  @Override
  public String toString() {
    return show(user.told, group.told);
  }

  /** As {@link #toString}, with the names looked up. */
  String withNames() {
    return show(user(), group());
  }

  /** Whether nothing at all is known. */
  boolean isUnknown() {
    return show(user.told, group.told).startsWith(UNKNOWN);
  }

  private String show(String user, String group) {
    StringBuilder out = new StringBuilder();
    append(out, "pid", pid);
    append(out, "uid", uid);
    append(out, "gid", gid);
    append(out, "user", user);
    append(out, "group", group);
    if (out.length() > 0) {
      return out.toString();
    }
    return whyUnknown == null ? UNKNOWN : UNKNOWN + " (" + whyUnknown + ")";
  }

  private static void append(StringBuilder out, String name, Object value) {
    if (value != null) {
      out.append(out.length() == 0 ? "" : " ").append(name).append('=').append(value);
    }
  }
}
