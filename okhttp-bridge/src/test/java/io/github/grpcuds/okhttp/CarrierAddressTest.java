package io.github.grpcuds.okhttp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.transport.UdsAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CarrierAddressTest {
  static Stream<UdsAddress> addresses() {
    return Stream.of(
        UdsAddress.ofPath("/run/app.sock"),
        UdsAddress.ofPath("app.sock"),
        UdsAddress.ofPath("127.0.0.1"),
        UdsAddress.ofPath("//two//slashes"),
        UdsAddress.ofPath("/a,b c%d?e#f\u00e4\u4e16"),
        UdsAddress.ofPath("/" + String.join("", Collections.nCopies(100, "\u0001"))),
        UdsAddress.ofAbstract("app"),
        UdsAddress.ofAbstract("\0a\0"));
  }

  /** None of them is the name of a host: a lookup anywhere on the way would fail. */
  @ParameterizedTest
  @MethodSource("addresses")
  void addressComesBackWithoutALookup(UdsAddress address) throws Exception {
    InetSocketAddress carrier = CarrierAddress.wrap(address);
    assertFalse(carrier.isUnresolved());
    assertEquals(address.toString(), carrier.getHostString());
    assertEquals(address, CarrierAddress.unwrap(carrier.getAddress()));
  }

  @Test
  void carriersAreEqualWhenTheirAddressesAre() {
    InetSocketAddress carrier = CarrierAddress.wrap(UdsAddress.ofPath("/a"));
    assertEquals(carrier, CarrierAddress.wrap(UdsAddress.parse("unix:///a")));
    assertEquals(carrier.hashCode(), CarrierAddress.wrap(UdsAddress.parse("unix:///a")).hashCode());
    assertNotEquals(carrier, CarrierAddress.wrap(UdsAddress.ofPath("/b")));
    assertNotEquals(carrier, CarrierAddress.wrap(UdsAddress.ofAbstract("/a")));
  }

  @Test
  void noHostCanHaveTheBytes() {
    byte[] bytes = CarrierAddress.wrap(UdsAddress.ofPath("/a")).getAddress().getAddress();
    assertEquals(16, bytes.length);
    assertEquals(1, bytes[0]);
    for (int i = 1; i < 8; i++) {
      assertEquals(0, bytes[i], "byte " + i + " of 100::/64");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "0.0.0.0", "::1", "2001:db8::1", "100:0:0:1::1"})
  void addressOfAHostIsRefused(String literal) throws Exception {
    InetAddress host = InetAddress.getByName(literal);
    UnknownHostException e =
        assertThrows(UnknownHostException.class, () -> CarrierAddress.unwrap(host));
    assertTrue(e.getMessage().contains(host.toString()), e.getMessage());
  }
}
