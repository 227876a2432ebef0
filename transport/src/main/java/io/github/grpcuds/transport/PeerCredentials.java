package io.github.grpcuds.transport;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;

/**
 * What the kernel says of the process at the other end of a connection: who it was when it
 * connected or began to listen (SO_PEERCRED in <a
 * href="https://man7.org/linux/man-pages/man7/unix.7.html">unix(7)</a>). The peer cannot forge it.
 *
 * <p>What a backend cannot tell is null, never 0 or -1: the JDK's channels give names and no
 * numbers, jnr-unixsocket numbers and no names.
 */
public final class PeerCredentials {
  private final Integer pid;
  private final Integer uid;
  private final Integer gid;
  private final String user;
  private final String group;

  private PeerCredentials(Integer pid, Integer uid, Integer gid, String user, String group) {
    this.pid = pid;
    this.uid = uid;
    this.gid = gid;
    this.user = user;
    this.group = group;
  }

  static PeerCredentials ofIds(Integer pid, int uid, int gid) {
    return new PeerCredentials(pid, uid, gid, null, null);
  }

  static PeerCredentials ofNames(String user, String group) {
    return new PeerCredentials(null, null, null, user, group);
  }

  /**
   * The credentials of the process that a connected socket of this library talks to.
   *
   * @throws SocketException if the socket is closed, not connected, or not one of this library's
   */
  public static PeerCredentials of(Socket socket) throws IOException {
    if (!(socket instanceof UdsSocket)) {
      throw new SocketException("not a Unix domain socket of grpc-uds: " + socket);
    }
    return ((UdsSocket) socket).peerCredentials();
  }

  /** Process id, or null where the backend cannot tell. */
  public Integer pid() {
    return pid;
  }

  /** Effective user id, or null where the backend cannot tell. */
  public Integer uid() {
    return uid;
  }

  /** Effective group id, or null where the backend cannot tell. */
  public Integer gid() {
    return gid;
  }

  /** User name, or null where the backend cannot tell. */
  public String user() {
    return user;
  }

  /** Name of the effective group, or null where the backend cannot tell. */
  public String group() {
    return group;
  }

  /** What is known, such as {@code pid=17 uid=1000 gid=1000}. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    append(out, "pid", pid);
    append(out, "uid", uid);
    append(out, "gid", gid);
    append(out, "user", user);
    append(out, "group", group);
    return out.length() == 0 ? "unknown peer" : out.toString();
  }

  private static void append(StringBuilder out, String name, Object value) {
    if (value != null) {
      out.append(out.length() == 0 ? "" : " ").append(name).append('=').append(value);
    }
  }
}
