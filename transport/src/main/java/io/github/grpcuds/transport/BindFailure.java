package io.github.grpcuds.transport;

import java.io.IOException;
import java.net.BindException;
import java.nio.file.FileSystemException;

/** The ways in which a server's start can fail, the address in all of them. */
final class BindFailure {
  private BindFailure() {}

  static IOException of(UdsAddress address, boolean inUse, String reason) {
    return inUse ? inUse(address, null) : other(address, reason);
  }

  /**
   * EADDRINUSE: someone answers there.
   *
   * @param server who that is, or null
   */
  static IOException inUse(UdsAddress address, PeerCredentials server) {
    boolean known = server != null && !server.isUnknown();
    return new BindException(
        "Address already in use: "
            + ConnectFailure.shown(address)
            + ": a server is listening"
            + (known ? ", " + server.withNames() : ""));
  }

  static IOException other(UdsAddress address, String reason) {
    return new BindException("Cannot listen on " + ConnectFailure.shown(address) + ": " + reason);
  }

  /** Something stands at the path that this library did not put there and so does not replace. */
  static IOException foreign(UdsAddress address, String what) {
    return new FileSystemException(
        ConnectFailure.shown(address), null, "Cannot listen here: there is already " + what);
  }
}
