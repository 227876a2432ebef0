package io.github.grpcuds.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.transport.internal.ModeText;
import org.junit.jupiter.api.Test;

final class SocketFileOptionsTest {
  private final SocketFileOptions defaults = SocketFileOptions.defaults();

  @Test
  void defaultsAreForTheOwnerAlone() {
    assertEquals("mode rw-------, deleted on close", defaults.toString());
  }

  @Test
  void readsModesInEveryForm() {
    assertMode("rw-rw----", defaults.mode(0660));
    assertMode("rw-rw----", defaults.mode("660"));
    assertMode("rw-rw----", defaults.mode("0660"));
    assertMode("rw-rw----", defaults.mode("rw-rw----"));
    assertMode("---------", defaults.mode(0));
    assertMode("rwxrwxrwx", defaults.mode(0777));
    assertMode("r---w---x", defaults.mode(0421));
  }

  private static void assertMode(String expected, SocketFileOptions options) {
    assertEquals(expected, ModeText.of(options.mode()));
  }

  @Test
  void refusesBadModesAndNamesThem() {
    for (String mode : new String[] {"", "rw", "0888", "1777", "00001777", "rw-rw-rwz", "-1"}) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> defaults.mode(mode), mode);
      assertTrue(e.getMessage().contains("\"" + mode + "\""), e.getMessage());
    }
    for (int mode : new int[] {-1, 01000, 0x10000}) {
      assertThrows(IllegalArgumentException.class, () -> defaults.mode(mode));
    }
  }

  @Test
  void refusesOwnersThatCannotBeMeant() {
    assertThrows(IllegalArgumentException.class, () -> defaults.group(-1));
    assertThrows(IllegalArgumentException.class, () -> defaults.owner(-1));
    assertThrows(IllegalArgumentException.class, () -> defaults.group(""));
    assertThrows(IllegalArgumentException.class, () -> defaults.owner(""));
  }

  @Test
  void everyOptionIsKeptByTheOthers() {
    SocketFileOptions all =
        defaults
            .createParents()
            .allowUnsafeParents()
            .owner("www")
            .group(27)
            .deleteOnClose(false)
            .mode(0660);
    assertEquals(
        "mode rw-rw----, owner www, group 27, parents created, unsafe parents allowed,"
            + " kept on close",
        all.toString());
  }

  @Test
  void changesAreCopies() {
    SocketFileOptions changed = defaults.mode(0666).deleteOnClose(false);
    assertEquals("mode rw-rw-rw-, kept on close", changed.toString());
    assertEquals("mode rw-------, deleted on close", defaults.toString());
  }
}
