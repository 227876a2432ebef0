package io.github.grpcuds.transport;

import java.io.IOException;
import java.net.SocketException;

/** Why a descriptor that was passed cannot be served. */
final class InheritFailure {
  private InheritFailure() {}

  static IOException notUnix(String shown, String what) {
    return new SocketException(
        "Cannot serve " + shown + ": it is no Unix socket, but " + what + " (ListenStream=/PATH)");
  }

  static IOException notStream(String shown, String what) {
    return new SocketException(
        "Cannot serve " + shown + ": it is no stream socket, but " + what + " (ListenStream=)");
  }

  static IOException notListening(String shown) {
    return new SocketException(
        "Cannot serve " + shown + ": it does not listen; it may be a connection (Accept=yes)");
  }

  static IOException other(String shown, String reason) {
    return new SocketException("Cannot serve " + shown + ": " + reason);
  }
}
