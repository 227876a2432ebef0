package io.github.grpcuds.server;

import io.grpc.Metadata;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * The header fields that belong to one connection and end there (RFC 9110, section 7.6.1), and
 * those that gRPC makes anew for each connection.
 */
final class HopByHop {
  private static final String CONNECTION = "connection";

  private static final Set<String> NAMES =
      new HashSet<>(
          Arrays.asList(
              CONNECTION,
              "keep-alive",
              "proxy-authenticate",
              "proxy-authorization",
              "proxy-connection",
              "te",
              "trailer",
              "transfer-encoding",
              "upgrade",
              "http2-settings",
              "host",
              "content-length",
              "content-type",
              "content-encoding",
              "accept-encoding",
              "user-agent",
              "grpc-timeout",
              "grpc-encoding",
              "grpc-accept-encoding"));

  private HopByHop() {}

  /** True for a field that is never passed on. */
  static boolean contains(String name) {
    return NAMES.contains(name.toLowerCase(Locale.ROOT));
  }

  /** Takes these fields out, and those that a {@code connection} field names. */
  static void removeFrom(Metadata fields) {
    Set<String> present = fields.keys(); // in lower case; of its own
    if (present.contains(CONNECTION)) {
      removeNamed(fields, present);
    }
    for (String name : present) {
      if (NAMES.contains(name)) {
        remove(fields, name);
      }
    }
  }

  private static void removeNamed(Metadata fields, Set<String> present) {
    for (String list : fields.getAll(key(CONNECTION))) {
      for (String option : list.split(",", -1)) {
        String name = option.trim().toLowerCase(Locale.ROOT);
        if (present.contains(name)) {
          remove(fields, name);
        }
      }
    }
  }

  private static void remove(Metadata fields, String name) {
    if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
      fields.discardAll(Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER));
    } else {
      fields.discardAll(key(name));
    }
  }

  /** Made when it is needed: gRPC logs a warning for the one of {@code connection}. */
  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }
}
