package io.github.grpcuds.transport.internal.channel;

import io.github.grpcuds.transport.PeerCredentials;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.FileFailures;
import io.github.grpcuds.transport.internal.UserTypes;
import java.io.IOException;
import java.net.BindException;

/** The ways in which a server's start can fail, the address in all of them. */
public final class BindFailure {
  private BindFailure() {}

  public static IOException of(UdsAddress address, boolean inUse, String reason) {
    return inUse ? inUse(address, null) : other(address, reason);
  }

  /**
   * EADDRINUSE: someone answers there.
   *
   * @param server who that is, or null
   */
  public static IOException inUse(UdsAddress address, PeerCredentials server) {
    String who = server == null ? null : UserTypes.get().withNames(server);
    return new BindException(
        "Address already in use: "
            + ConnectFailure.shown(address)
            + ": a server is listening"
            + (who == null ? "" : ", " + who));
  }

  /**
   * EACCES.
   *
   * @param what this user may not do
   */
  public static IOException denied(UdsAddress address, String what) {
    return FileFailures.get()
        .denied(ConnectFailure.shown(address), "Cannot listen: no permission to " + what);
  }

  public static IOException other(UdsAddress address, String reason) {
    return new BindException("Cannot listen on " + ConnectFailure.shown(address) + ": " + reason);
  }

  /** Something stands at the path that this library did not put there and so does not replace. */
  public static IOException foreign(UdsAddress address, String what) {
    return FileFailures.get()
        .other(ConnectFailure.shown(address), "Cannot listen here: there is already " + what);
  }
}
