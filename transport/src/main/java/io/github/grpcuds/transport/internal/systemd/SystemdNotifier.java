package io.github.grpcuds.transport.internal.systemd;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.backend.Backends;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Tells the service manager of this process' state, as <a
 * href="https://man7.org/linux/man-pages/man3/sd_notify.3.html">sd_notify(3)</a> has it.
 *
 * <p>Internal to grpc-uds: may change in any version.
 */
public final class SystemdNotifier {
  private static final Logger logger = Logger.getLogger(SystemdNotifier.class.getName());
  private static final String VARIABLE = "NOTIFY_SOCKET";

  private SystemdNotifier() {}

  /**
   * Tells, if somebody wants to know: without NOTIFY_SOCKET it does nothing. What fails is logged;
   * a service manager that reads nothing is waited for up to a second.
   *
   * @param state such as {@code READY=1}
   */
  public static void tell(String state) {
    String socket = System.getenv(VARIABLE);
    if (socket == null || socket.isEmpty()) {
      return;
    }
    try {
      UdsAddress address = address(socket);
      Backends.sendingDatagrams(address)
          .sendDatagram(address, state.getBytes(StandardCharsets.UTF_8));
    } catch (IOException | RuntimeException e) { // whatever it is, the server runs
      logger.log(Level.WARNING, "Cannot tell systemd " + state + ": " + e.getMessage());
    }
  }

  static UdsAddress address(String socket) throws IOException {
    try {
      if (socket.startsWith("/")) {
        return UdsAddress.ofPath(socket);
      }
      if (socket.startsWith("@")) {
        return UdsAddress.ofAbstract(socket.substring(1));
      }
    } catch (IllegalArgumentException e) {
      throw new SocketException(VARIABLE + " is \"" + socket + "\": " + e.getMessage());
    }
    throw new SocketException(VARIABLE + " is no Unix socket: \"" + socket + "\"");
  }
}
