package io.github.grpcuds.spring;

import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.transport.UdsAddress;
import io.grpc.ServerCredentials;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.MutuallyExclusiveConfigurationPropertiesException;

/** Where a server listens, and which property says so. */
final class ServerEndpoint {
  private final String property;
  private final String value;
  private final UdsAddress address; // null for an inherited socket
  private final String inheritedName; // null for the only inherited one

  private ServerEndpoint(String property, String value, UdsAddress address, String inheritedName) {
    this.property = property;
    this.value = value;
    this.address = address;
    this.inheritedName = inheritedName;
  }

  /**
   * Reads where to listen.
   *
   * @param inheritedName of the socket, if it is inherited; may be null
   * @throws MutuallyExclusiveConfigurationPropertiesException if the properties name several places
   * @throws InvalidConfigurationPropertyValueException if the address or path is bad
   */
  static ServerEndpoint of(ServerAddressProperties properties, String inheritedName) {
    check(properties);
    if (properties.inherit()) {
      String value = inheritedName == null ? "true" : inheritedName;
      return new ServerEndpoint(ServerAddressProperties.INHERIT, value, null, inheritedName);
    }
    return properties.hasUnixAddress()
        ? of(ServerAddressProperties.ADDRESS, properties.address(), UdsAddress::parse)
        : of(ServerAddressProperties.PATH, properties.path(), UdsAddress::ofPath);
  }

  private static void check(ServerAddressProperties properties) {
    MutuallyExclusiveConfigurationPropertiesException.throwIfMultipleNonNullValuesIn(
        entries -> {
          entries.put(ServerAddressProperties.ADDRESS, properties.address());
          entries.put(ServerAddressProperties.PATH, properties.path());
          entries.put(ServerAddressProperties.INHERIT, properties.inherit() ? true : null);
        });
    String asking = properties.asking();
    MutuallyExclusiveConfigurationPropertiesException.throwIfMultipleNonNullValuesIn(
        entries -> {
          entries.put(ServerAddressProperties.PORT, properties.port());
          entries.put(asking, true);
        });
    if (properties.wantsTcp()) {
      throw new InvalidConfigurationPropertyValueException(
          ServerAddressProperties.TRANSPORT,
          properties.transport(),
          asking + " asks for a Unix domain socket.");
    }
    if (asking.equals(ServerAddressProperties.TRANSPORT)) {
      throw new InvalidConfigurationPropertyValueException(
          ServerAddressProperties.TRANSPORT,
          properties.transport(),
          "It needs a path: "
              + ServerAddressProperties.ADDRESS
              + "=unix:/PATH or "
              + ServerAddressProperties.PATH
              + "=/PATH.");
    }
  }

  private interface Parser {
    UdsAddress parse(String value);
  }

  private static ServerEndpoint of(String property, String value, Parser parser) {
    try {
      return new ServerEndpoint(property, value, parser.parse(value), null);
    } catch (IllegalArgumentException e) {
      throw new InvalidConfigurationPropertyValueException(property, value, e.getMessage());
    }
  }

  /** The name of the property that says where the server listens. */
  String property() {
    return property;
  }

  /** Its value. */
  String value() {
    return value;
  }

  boolean isInherited() {
    return address == null;
  }

  UdsServerBuilder newBuilder(ServerCredentials credentials) {
    if (address != null) {
      return UdsServerBuilder.forAddress(address, credentials);
    }
    return inheritedName == null
        ? UdsServerBuilder.inherited(credentials)
        : UdsServerBuilder.inherited(inheritedName, credentials);
  }

  /** The address in the form of a target, or what is inherited. */
  @Override
  public String toString() {
    return address != null
        ? address.toString()
        : "inherited socket" + (inheritedName == null ? "" : " \"" + inheritedName + "\"");
  }
}
