package io.github.grpcuds.transport.internal.channel;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.FileFailures;
import io.github.grpcuds.transport.internal.peer.OwnUser;
import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;

/** The ways in which a connect can fail, an exception type for each, the address in all of them. */
public final class ConnectFailure {
  private ConnectFailure() {}

  /** ECONNREFUSED: the socket file is there, its server is not. */
  public static IOException refused(UdsAddress address) {
    return new ConnectException(
        "Connection refused: " + shown(address) + ": no server is listening");
  }

  /** ENOENT. */
  public static IOException missing(UdsAddress address) {
    return FileFailures.get()
        .missing(
            shown(address),
            "No such socket: the server has not started, or uses another path" + from(address));
  }

  /** EACCES: the mode of the file, or of a folder on the way, keeps this user out. */
  public static IOException denied(UdsAddress address) {
    return FileFailures.get()
        .denied(
            shown(address),
            "Permission denied: user "
                + OwnUser.get().shown()
                + " needs write permission on the socket and search permission on its folders");
  }

  public static IOException notSocket(UdsAddress address, String what) {
    return FileFailures.get().other(shown(address), "Not a socket but " + what);
  }

  /** ENOTDIR: the path goes through a file. */
  public static IOException notDirectory(UdsAddress address) {
    return FileFailures.get().other(shown(address), "Not a directory");
  }

  /** EPROTOTYPE: a datagram or seqpacket socket. */
  public static IOException notStream(UdsAddress address) {
    return FileFailures.get().other(shown(address), "Not a stream socket");
  }

  public static IOException timedOut(UdsAddress address, long timeoutMillis) {
    return new SocketTimeoutException(
        "Connect timed out after "
            + timeoutMillis
            + " ms: "
            + shown(address)
            + ": the server's backlog is full, it accepts no connections");
  }

  /**
   * An error with nothing in the file's mode to explain it: a sandbox, say, or a security policy.
   *
   * @param words the system's own
   */
  public static IOException forbidden(UdsAddress address, String words) {
    return other(
        address,
        address.isAbstract() ? words : words + " (the modes of the file and its folders allow it)");
  }

  /** Whatever else the kernel or the platform says. */
  public static IOException other(UdsAddress address, String reason) {
    return new SocketException("Cannot connect to " + shown(address) + ": " + reason);
  }

  public static SocketException closed() {
    return new SocketException("Socket closed");
  }

  /** Where a relative path starts; nothing for others. */
  static String from(UdsAddress address) {
    boolean relative = !address.isAbstract() && !new File(address.path()).isAbsolute();
    return relative ? "; it is relative to " + new File("").getAbsolutePath() : "";
  }

  /** People look for a path; only what has none is shown as a target. */
  static String shown(UdsAddress address) {
    return address.isAbstract() ? address.toString() : address.path();
  }
}
