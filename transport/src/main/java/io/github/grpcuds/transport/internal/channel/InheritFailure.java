package io.github.grpcuds.transport.internal.channel;

import java.io.IOException;
import java.net.SocketException;

/** Why a descriptor that was passed cannot be served. */
public final class InheritFailure {
  private InheritFailure() {}

  public static IOException notUnix(String shown, String what) {
    return new SocketException(
        "Cannot serve " + shown + ": it is no Unix socket, but " + what + " (ListenStream=/PATH)");
  }

  public static IOException notStream(String shown, String what) {
    return new SocketException(
        "Cannot serve " + shown + ": it is no stream socket, but " + what + " (ListenStream=)");
  }

  public static IOException notListening(String shown) {
    return new SocketException(
        "Cannot serve " + shown + ": it does not listen; it may be a connection (Accept=yes)");
  }

  public static IOException other(String shown, String reason) {
    return new SocketException("Cannot serve " + shown + ": " + reason);
  }
}
