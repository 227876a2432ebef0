package io.github.grpcuds.server;

import io.github.grpcuds.transport.PeerCredentials;
import io.grpc.Metadata;
import java.util.Locale;

/** The header field that tells a remote server which process calls. */
final class CallerHeader {
  /** The name that is taken out of every forwarded call, whether or not the field is sent. */
  static final String DEFAULT_NAME = "x-uds-peer";

  static final CallerHeader DEFAULT = new CallerHeader(DEFAULT_NAME);

  private final Metadata.Key<String> key;

  private CallerHeader(String name) {
    key = Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  /**
   * The field of a name.
   *
   * @throws IllegalArgumentException if the name is none for a text field, or is not passed on
   */
  static CallerHeader named(String name) {
    String lowerCase = name.toLowerCase(Locale.ROOT);
    if (lowerCase.startsWith("grpc-") || HopByHop.contains(lowerCase)) {
      throw new IllegalArgumentException("a header of HTTP's or gRPC's own: " + name);
    }
    try {
      return new CallerHeader(lowerCase);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("not the name of a text header: " + name, e);
    }
  }

  void removeFrom(Metadata headers) {
    headers.discardAll(key);
  }

  /** Adds what is known; nothing if that is nothing. */
  void addTo(Metadata headers, PeerCredentials caller) {
    StringBuilder value = new StringBuilder();
    if (caller != null) {
      append(value, "pid", caller.pid());
      append(value, "uid", caller.uid());
      append(value, "gid", caller.gid());
    }
    if (value.length() > 0) {
      headers.put(key, value.toString());
    }
  }

  /** The kernel's ids have 32 bits without a sign. */
  private static void append(StringBuilder value, String name, Integer id) {
    if (id != null) {
      value.append(value.length() == 0 ? "" : " ");
      value.append(name).append('=').append(Integer.toUnsignedString(id));
    }
  }
}
