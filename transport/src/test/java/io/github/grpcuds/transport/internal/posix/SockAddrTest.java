package io.github.grpcuds.transport.internal.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.Platform;
import io.github.grpcuds.transport.internal.UserTypes;
import java.util.Arrays;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class SockAddrTest {
  private static void assertReadBack(UdsAddress address) {
    byte[] encoded = SockAddr.encode(address);
    assertEquals(SockAddr.AF_UNIX, SockAddr.family(encoded));
    assertEquals(address, SockAddr.decode(encoded));
  }

  @Test
  void pathIsReadBack() {
    assertReadBack(UdsAddress.ofPath("/run/\u00e4.sock"));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void abstractNameIsReadBackWithItsNuls() {
    assertReadBack(UdsAddress.ofAbstract("a\0b\0"));
  }

  /** The kernel may have no room for the NUL at the end (unix(7), BUGS). */
  @Test
  void pathThatFillsTheAddressNeedsNoEnd() {
    String path = String.join("", Collections.nCopies(Platform.SUN_PATH_BYTES - 1, "x"));
    byte[] encoded = SockAddr.encode(UdsAddress.ofPath(path));
    encoded[encoded.length - 1] = 'y';
    assertEquals(path + "y", SockAddr.decode(encoded).path());
  }

  @Test
  void whatWasNeverBoundHasNoName() {
    byte[] encoded = Arrays.copyOf(SockAddr.encode(UdsAddress.ofPath("x")), 2);
    assertSame(UserTypes.get().unnamed(), SockAddr.decode(encoded));
  }
}
