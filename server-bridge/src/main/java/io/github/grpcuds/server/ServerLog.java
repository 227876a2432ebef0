package io.github.grpcuds.server;

import io.github.grpcuds.transport.PeerPolicy;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.Platform;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What the log tells of a server's normal life: its start and stop at INFO, each connection at
 * FINE. A log that fails ends nothing.
 */
final class ServerLog {
  /** Its name is documented, and stays when classes are renamed. */
  private static final Logger logger = Logger.getLogger("io.github.grpcuds.server");

  private ServerLog() {}

  static void started(
      UdsAddress address,
      UdsListener listener,
      ServerConfig config,
      boolean tls,
      PeerPolicy peers) {
    log(
        Level.INFO,
        () ->
            "Serving "
                + address
                + fileOf(address)
                + ", backend "
                + listener.backend()
                + (tls ? ", TLS" : ", plain text")
                + ", peer policy: "
                + peers
                + "; "
                + limits(config));
  }

  /**
   * Such as {@code (mode rw-rw----, owner app, group app)}; nothing for an abstract name, or on
   * Android.
   */
  private static String fileOf(UdsAddress address) {
    if (address.isAbstract() || Platform.ANDROID) {
      return "";
    }
    return SocketFileText.of(address);
  }

  private static String limits(ServerConfig config) {
    return "connections "
        + (config.maxConnections == ServerConfig.NO_LIMIT ? "unlimited" : config.maxConnections)
        + ", backlog "
        + config.backlog
        + ", I/O threads "
        + config.ioThreads
        + "; per connection: calls "
        + config.maxConcurrentCalls
        + ", message bytes "
        + config.maxInboundMessageSize
        + ", metadata bytes "
        + config.maxInboundMetadataSize
        + ", pending bytes "
        + config.pendingBytes();
  }

  static void stopping(UdsAddress address, int connections) {
    log(
        Level.INFO,
        () -> "Stopping " + address + ": it accepts no more connections, " + connections + " open");
  }

  static void stopped(UdsAddress address) {
    log(Level.INFO, () -> "Stopped " + address + ": all connections have ended");
  }

  static void connected(UdsPeer peer) {
    log(Level.FINE, () -> "Connected to " + peer);
  }

  static void disconnected(UdsPeer peer) {
    log(Level.FINE, () -> "Disconnected from " + peer);
  }

  private static void log(Level level, Source<String> message) {
    try {
      if (logger.isLoggable(level)) {
        logger.log(level, message.get());
      }
    } catch (RuntimeException | Error shortage) {
      // A handler may be in want of descriptors or memory, and the server goes on without.
    }
  }
}
