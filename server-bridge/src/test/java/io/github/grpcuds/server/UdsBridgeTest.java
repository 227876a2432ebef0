package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Options and look-ups; what a bridge does with calls is tested in `it`. */
class UdsBridgeTest {
  private final UdsBridge bridge = UdsBridge.forwardTo(new NoCalls());

  private static final class NoCalls extends Channel {
    @Override
    public <ReqT, RespT> ClientCall<ReqT, RespT> newCall(
        MethodDescriptor<ReqT, RespT> method, CallOptions options) {
      throw new AssertionError("a call of " + method.getFullMethodName());
    }

    @Override
    public String authority() {
      return "none";
    }
  }

  @Test
  void anyMethodIsFound() {
    assertNotNull(bridge.lookupMethod("a.B/C"));
    assertNotNull(bridge.lookupMethod("C"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a.B/C\u0000", "a.B/C D", "a.B/\u00e4", "a.B/\ufffd", "a.B/C\r\nx: y"})
  void namesOfOtherThanVisibleCharactersAreNot(String name) {
    assertNull(bridge.lookupMethod(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/B", "a b", "a%2eB", "\u00e4"})
  void badServiceIsNamed(String name) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> bridge.withServices("a.B", name))
            .getMessage();
    assertEquals("not the full name of a service: \"" + name + '"', message);
  }

  @Test
  void bridgeOfNoServicesIsAMistake() {
    assertThrows(IllegalArgumentException.class, bridge::withServices);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a/b", "a\nb", "unix:/a?b"})
  void badAuthorityIsNamed(String name) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> bridge.withAuthority(name)).getMessage();
    assertEquals("not an authority: \"" + name + '"', message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "x y", "grpc-peer", "TE", "host", "x-peer-bin", ":authority", "\u00e4"})
  void badIdentityHeaderIsNamed(String name) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> bridge.withIdentityHeader(name))
            .getMessage();
    assertTrue(message.endsWith(": " + name), message);
  }

  @Test
  void optionsOfOneBridgeLeaveTheOtherAlone() {
    UdsBridge limited = bridge.withServices("a.B").withAuthority("x").withCallersAuthority();
    assertNull(limited.lookupMethod("a.C/D"));
    assertNotNull(bridge.lookupMethod("a.C/D"));
  }
}
