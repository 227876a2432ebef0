package io.github.grpcuds.spring;

import java.util.Locale;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.convert.ConversionException;
import org.springframework.core.env.PropertyResolver;

/** The properties that say where a server listens, as they were written. */
record ServerAddressProperties(
    String address, String port, String path, String transport, boolean inherit) {
  static final String ADDRESS = "spring.grpc.server.address";
  static final String PORT = "spring.grpc.server.port";
  static final String PATH = "spring.grpc.server.netty.domain-socket-path";
  static final String TRANSPORT = "spring.grpc.server.netty.transport";
  static final String INHERIT = "grpcuds.server.systemd.inherit";

  static ServerAddressProperties of(PropertyResolver environment) {
    return new ServerAddressProperties(
        text(environment, ADDRESS),
        text(environment, PORT),
        text(environment, PATH),
        text(environment, TRANSPORT),
        inherits(environment));
  }

  private static boolean inherits(PropertyResolver environment) {
    try {
      return environment.getProperty(INHERIT, Boolean.class, false);
    } catch (ConversionException e) {
      throw new InvalidConfigurationPropertyValueException(
          INHERIT, environment.getProperty(INHERIT), "It is neither true nor false.");
    }
  }

  /** An empty value is none, as it is for Boot. */
  private static String text(PropertyResolver environment, String name) {
    String value = environment.getProperty(name);
    return value == null || value.isBlank() ? null : value.trim();
  }

  /** Whether the address is one of our targets, and not one that Boot can read. */
  boolean hasUnixAddress() {
    return UnixTargets.isUnix(address);
  }

  /** Whether Boot is told to serve TCP, in spite of a path. */
  boolean wantsTcp() {
    return isTransport("tcp");
  }

  /** Which property asks for a Unix domain socket; null if none does. */
  String asking() {
    if (inherit) {
      return INHERIT;
    }
    if (hasUnixAddress()) {
      return ADDRESS;
    }
    if (wantsTcp()) {
      return null;
    }
    return path != null ? PATH : isTransport("domainsocket") ? TRANSPORT : null;
  }

  private boolean isTransport(String name) {
    return transport != null
        && transport.toLowerCase(Locale.ROOT).replaceAll("[-_]", "").equals(name);
  }
}
