package io.github.grpcuds.http2.internal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** A field name that is often used: its one shared array, and how the encoder treats it. */
final class HeaderName {
  /** How fields of a name are encoded (RFC 7541, section 6.2). */
  enum Indexing {
    /** Into the dynamic table: values that come again with each call. */
    INDEXED,
    /** Not into the table, where it would push out what comes again. */
    PLAIN,
    /** Not into any table on the way to the client: secrets (section 7.1.3). */
    NEVER
  }

  private static final Set<String> INDEXED =
      setOf(
          ":status",
          "accept-encoding",
          "content-encoding",
          "content-type",
          "grpc-accept-encoding",
          "grpc-encoding",
          "grpc-status",
          "server");

  private static final Set<String> NEVER =
      setOf("authorization", "cookie", "proxy-authorization", "set-cookie");

  /** Names that are not in the static table. */
  private static final String[] MORE = {
    "connection",
    "grpc-accept-encoding",
    "grpc-encoding",
    "grpc-message",
    "grpc-message-type",
    "grpc-status",
    "grpc-status-details-bin",
    "grpc-tags-bin",
    "grpc-timeout",
    "grpc-trace-bin",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "upgrade",
  };

  /** A hash table, by open addressing: about one slot in four is taken. */
  private static final HeaderName[] SLOTS = new HeaderName[256];

  static {
    for (int i = 1; i <= StaticTable.LENGTH; i++) {
      if (find(StaticTable.name(i)) == null) {
        put(new HeaderName(StaticTable.name(i), i));
      }
    }
    for (String name : MORE) {
      put(new HeaderName(name.getBytes(StandardCharsets.US_ASCII), 0));
    }
  }

  final byte[] name;

  /** The first entry of the static table with this name, or 0. */
  final int staticIndex;

  final Indexing indexing;

  private HeaderName(byte[] name, int staticIndex) {
    this.name = name;
    this.staticIndex = staticIndex;
    String text = new String(name, StandardCharsets.US_ASCII);
    indexing =
        INDEXED.contains(text)
            ? Indexing.INDEXED
            : NEVER.contains(text) ? Indexing.NEVER : Indexing.PLAIN;
  }

  /** A name's entry, or null. */
  static HeaderName find(byte[] name) {
    for (int i = slot(name); SLOTS[i] != null; i = i + 1 & SLOTS.length - 1) {
      if (Arrays.equals(SLOTS[i].name, name)) {
        return SLOTS[i];
      }
    }
    return null;
  }

  /** The shared array of a name if there is one, else the array itself. */
  static byte[] shared(byte[] name) {
    HeaderName known = find(name);
    return known == null ? name : known.name;
  }

  private static void put(HeaderName known) {
    int i = slot(known.name);
    while (SLOTS[i] != null) {
      i = i + 1 & SLOTS.length - 1;
    }
    SLOTS[i] = known;
  }

  /** Looks at three octets only; these tell the names above well enough apart. */
  private static int slot(byte[] name) {
    int length = name.length;
    if (length == 0) {
      return 0;
    }
    int hash = (name[length / 2] * 31 + name[length - 1]) * 31 + name[0];
    return hash * 31 + length & SLOTS.length - 1;
  }

  private static Set<String> setOf(String... names) {
    return new HashSet<>(Arrays.asList(names));
  }
}
