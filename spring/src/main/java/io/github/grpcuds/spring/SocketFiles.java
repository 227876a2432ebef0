package io.github.grpcuds.spring;

import io.github.grpcuds.transport.SocketFileOptions;
import java.util.function.BiFunction;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/** Turns the properties of the socket file into its options. */
final class SocketFiles {
  private static final String PREFIX = "grpcuds.server.socket.";

  private SocketFiles() {}

  /**
   * Reads the options.
   *
   * @throws InvalidConfigurationPropertyValueException if a property is bad
   */
  static SocketFileOptions of(UdsServerProperties.Socket socket) {
    SocketFileOptions options =
        socket
            .getMode()
            .applyTo(SocketFileOptions.defaults())
            .deleteOnClose(socket.isDeleteOnClose());
    if (socket.isCreateParents()) {
      options = options.createParents();
    }
    if (socket.isAllowUnsafeParents()) {
      options = options.allowUnsafeParents();
    }
    options = give(options, "group", socket.getGroup(), SocketFileOptions::group);
    return give(options, "owner", socket.getOwner(), SocketFileOptions::owner);
  }

  private static SocketFileOptions give(
      SocketFileOptions options,
      String name,
      String value,
      BiFunction<SocketFileOptions, String, SocketFileOptions> option) {
    if (value == null) {
      return options;
    }
    if (value.isBlank()) {
      throw new InvalidConfigurationPropertyValueException(
          PREFIX + name, value, "It names nobody. Remove it, or give a name or a number.");
    }
    return option.apply(options, value.trim());
  }
}
