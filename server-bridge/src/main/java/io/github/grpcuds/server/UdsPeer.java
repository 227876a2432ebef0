package io.github.grpcuds.server;

import io.github.grpcuds.transport.PeerCredentials;
import io.github.grpcuds.transport.UdsAddress;
import java.net.SocketAddress;

/**
 * The other end of a connection. It has no name of its own, so it is shown as the socket it came to
 * and the process it is, such as {@code unix:/run/app.sock peer pid=17 uid=1000 gid=1000}.
 */
final class UdsPeer extends SocketAddress {
  private static final long serialVersionUID = 1;

  private final UdsAddress server;
  private final transient PeerCredentials credentials; // null if nothing could be learnt
  private final String process;

  UdsPeer(UdsAddress server, PeerCredentials credentials) {
    this.server = server;
    this.credentials = credentials;
    this.process = credentials == null ? "unknown peer" : "peer " + credentials;
  }

  /** What the kernel says of it; null if nothing could be learnt. */
  PeerCredentials credentials() {
    return credentials;
  }

  /** The process alone, such as {@code peer pid=17 uid=1000 gid=1000}. */
  String process() {
    return process;
  }

  @Override
  public String toString() {
    return server + " " + process;
  }
}
