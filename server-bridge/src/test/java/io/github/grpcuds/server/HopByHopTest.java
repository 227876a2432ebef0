package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Metadata;
import java.util.Arrays;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

class HopByHopTest {
  private static Metadata of(String... fields) {
    Metadata metadata = new Metadata();
    for (int i = 0; i < fields.length; i += 2) {
      metadata.put(key(fields[i]), fields[i + 1]);
    }
    return metadata;
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  @Test
  void fieldsOfAConnectionAndOfGrpcsTransportsGo() {
    Metadata metadata =
        of(
            "te",
            "trailers",
            "grpc-timeout",
            "1S",
            "grpc-encoding",
            "gzip",
            "host",
            "a",
            "tag",
            "b");
    HopByHop.removeFrom(metadata);
    assertEquals(new HashSet<>(Arrays.asList("tag")), metadata.keys());
  }

  @Test
  void whatAConnectionFieldNamesGoesAsWell() {
    Metadata metadata =
        of(
            "connection",
            "Keep-Alive, X-Hop",
            "connection",
            "x-hop-bin,",
            "x-hop",
            "1",
            "x-stay",
            "2");
    metadata.put(Metadata.Key.of("x-hop-bin", Metadata.BINARY_BYTE_MARSHALLER), new byte[1]);
    HopByHop.removeFrom(metadata);
    assertEquals(new HashSet<>(Arrays.asList("x-stay")), metadata.keys());
  }

  @Test
  void namesAreKnownInAnyCase() {
    assertTrue(HopByHop.contains("TE"));
    assertTrue(HopByHop.contains("Proxy-Connection"));
  }
}
