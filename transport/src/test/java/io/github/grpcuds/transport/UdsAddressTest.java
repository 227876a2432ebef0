package io.github.grpcuds.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.transport.internal.Platform;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

final class UdsAddressTest {
  private static final int LIMIT = Platform.SUN_PATH_BYTES - 1;

  @Test
  void readsEveryFormOfATarget() {
    assertPath("/run/app.sock", "unix:/run/app.sock");
    assertPath("/run/app.sock", "unix:///run/app.sock");
    assertPath("app.sock", "unix:app.sock");
    assertPath("./app.sock", "unix:./app.sock");
    assertPath("/a:b@c=d;e", "unix:/a:b@c=d;e");
    assertPath("/run/app.sock", "UNIX:/run/app.sock");
    UdsAddress name = UdsAddress.parse("unix-abstract:app");
    assertEquals(UdsAddress.ofAbstract("app"), name);
    assertTrue(name.isAbstract());
    assertNull(name.path());
  }

  private static void assertPath(String path, String target) {
    UdsAddress address = UdsAddress.parse(target);
    assertEquals(path, address.path());
    assertEquals(UdsAddress.ofPath(path), address);
    assertFalse(address.isAbstract());
  }

  @Test
  void decodesPercentEscapes() {
    assertPath("/a b,c%d?e#f", "unix:/a%20b%2Cc%25d%3fe%23f");
    assertPath("/\u00e9\u20ac\ud83d\ude00", "unix:/%C3%A9%E2%82%AC%F0%9F%98%80");
    assertPath("/\u00e9\u20ac\ud83d\ude00", "unix:/\u00e9\u20ac\ud83d\ude00");
    assertEquals(UdsAddress.ofAbstract("a\0b"), UdsAddress.parse("unix-abstract:a%00b"));
  }

  @Test
  void abstractNameMayBeAnyBytes() {
    assertEquals("unix-abstract:%FF%FE", UdsAddress.parse("unix-abstract:%ff%fe").toString());
  }

  @Test
  void toStringIsATargetThatParsesBack() {
    String[] paths = {
      "/run/app.sock",
      "rel/app.sock",
      "/a b",
      "/a%20b",
      "/a,b",
      "//double",
      "///triple",
      "/\u00e9\u20ac\ud83d\ude00",
      "/q?x#y",
      "/[x]",
      "/new\nline"
    };
    for (String path : paths) {
      UdsAddress address = UdsAddress.ofPath(path);
      UdsAddress back = UdsAddress.parse(address.toString());
      assertEquals(path, back.path(), address.toString());
      assertEquals(address, back);
    }
    for (String name : new String[] {"app", "/app", "//app", "a\0b", "\0", "a,b", "\u00e9"}) {
      UdsAddress address = UdsAddress.ofAbstract(name);
      assertEquals(address, UdsAddress.parse(address.toString()), address.toString());
    }
    assertEquals("unix:/run/app.sock", UdsAddress.parse("unix:///run/app.sock").toString());
    assertEquals("unix-abstract:a%00b", UdsAddress.ofAbstract("a\0b").toString());
  }

  @Test
  void refusesTargetsOfOtherKindsAndNamesThem() {
    for (String target : new String[] {"", "/run/app.sock", "dns:///host", "unixx:/a", "unix"}) {
      assertRefused(() -> UdsAddress.parse(target), "not a Unix socket target: \"" + target + '"');
    }
  }

  @Test
  void refusesHosts() {
    assertRefused(() -> UdsAddress.parse("unix://host/a"), "has no host: \"unix://host/a\"");
    assertRefused(() -> UdsAddress.parse("unix://a"), "has no host: \"unix://a\"");
    assertRefused(() -> UdsAddress.parse("unix-abstract://host/a"), "unix-abstract://host/a");
  }

  @Test
  void refusesListsAndQueriesAndTellsTheEscape() {
    assertRefused(() -> UdsAddress.parse("unix:/a,/b"), "unix:/a,/b", "%2C");
    assertRefused(() -> UdsAddress.parse("unix:/a?b"), "unix:/a?b", "%3F");
    assertRefused(() -> UdsAddress.parse("unix:/a#b"), "unix:/a#b", "%23");
  }

  @Test
  void refusesBadEscapesAndBadUtf8() {
    for (String target : new String[] {"unix:/%", "unix:/%4", "unix:/%zz", "unix:/%-1"}) {
      assertRefused(() -> UdsAddress.parse(target), target, "%25");
    }
    assertRefused(() -> UdsAddress.parse("unix:/%ff"), "unix:/%ff", "UTF-8");
    assertRefused(() -> UdsAddress.ofPath("/\ud800"), "not Unicode");
    assertRefused(() -> UdsAddress.ofAbstract("\udc00x"), "not Unicode");
  }

  @Test
  void refusesDirectories() {
    assertRefused(() -> UdsAddress.ofPath("/run/"), "/run/", "directory");
    assertRefused(() -> UdsAddress.parse("unix:///"), "unix:///", "directory");
  }

  @Test
  void refusesEmptyNamesAndNulsInPaths() {
    assertRefused(() -> UdsAddress.ofPath(""), "path is empty");
    assertRefused(() -> UdsAddress.ofAbstract(""), "abstract name is empty");
    assertRefused(() -> UdsAddress.parse("unix:"), "path is empty: \"unix:\"");
    assertRefused(() -> UdsAddress.parse("unix-abstract:"), "abstract name is empty");
    assertRefused(() -> UdsAddress.ofPath("/a\0b"), "NUL", "/a%00b");
    assertRefused(() -> UdsAddress.parse("unix:/a%00b"), "NUL", "/a%00b");
    assertThrows(NullPointerException.class, () -> UdsAddress.ofPath(null));
    assertThrows(NullPointerException.class, () -> UdsAddress.parse(null));
  }

  @Test
  void takesTheLongestNamesAndRefusesOneByteMore() {
    assertEquals(LIMIT, UdsAddress.ofPath(repeat("x", LIMIT)).bytes().length);
    assertEquals(LIMIT, UdsAddress.ofAbstract(repeat("x", LIMIT)).bytes().length);
    String tooLong = repeat("x", LIMIT + 1);
    String count = (LIMIT + 1) + " bytes";
    assertRefused(() -> UdsAddress.ofPath(tooLong), "path", count, " " + LIMIT + " ", tooLong);
    assertRefused(() -> UdsAddress.ofAbstract(tooLong), "abstract name", count, tooLong);
    assertRefused(() -> UdsAddress.parse("unix:" + tooLong), count, "unix:" + tooLong);
  }

  @Test
  void countsBytesNotCharactersNorEscapes() {
    String fits = repeat("\u00e9", LIMIT / 2);
    assertEquals(LIMIT / 2 * 2, UdsAddress.ofPath(fits).bytes().length);
    assertRefused(() -> UdsAddress.ofPath(fits + "\u00e9"), (LIMIT / 2 * 2 + 2) + " bytes");
    assertEquals(LIMIT, UdsAddress.parse("unix:" + repeat("%41", LIMIT)).bytes().length);
  }

  @Test
  void equalWhenTheyNameTheSameBytes() {
    UdsAddress a = UdsAddress.ofPath("/a");
    assertEquals(a, UdsAddress.parse("unix:/%61"));
    assertEquals(a.hashCode(), UdsAddress.parse("unix:/%61").hashCode());
    assertNotEquals(a, UdsAddress.ofPath("/b"));
    assertNotEquals(a, UdsAddress.ofPath("//a"));
    assertNotEquals(a, UdsAddress.ofAbstract("/a"));
    assertNotEquals(a, "unix:/a");
  }

  @Test
  void survivesSerialization() throws Exception {
    for (UdsAddress address :
        Arrays.asList(UdsAddress.ofPath("/a\u00e9"), UdsAddress.ofAbstract("a\0b"))) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
        out.writeObject(address);
      }
      ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()));
      assertEquals(address, in.readObject());
    }
  }

  @Test
  void whatIsMostLikelyMeantAsSomethingElseIsRefusedWithWhatToWrite() {
    assertRefused(() -> UdsAddress.ofPath("unix:/a"), "not a target", "\"unix:/a\"", "parse");
    assertRefused(() -> UdsAddress.ofPath("Unix-abstract:a"), "\"Unix-abstract:a\"");
    assertRefused(() -> UdsAddress.parse("unix:unix:/a"), "\"unix:unix:/a\"");
    assertRefused(() -> UdsAddress.parse("unix:@a"), "\"unix:@a\"", "unix-abstract:a", "./@a");
    assertRefused(() -> UdsAddress.ofPath("@a"), "\"@a\"", "unix-abstract:a", "./@a");
    for (String blank : new String[] {"/a ", " /a", "/a\n", "/a\t"}) {
      assertRefused(() -> UdsAddress.ofPath(blank), "blank", "\"" + blank + "\"");
      assertRefused(() -> UdsAddress.parse("unix:" + blank), "blank", "\"unix:" + blank + "\"");
    }
  }

  @Test
  void filesOfSuchNamesHaveAddresses() {
    assertPath("./unix:a", UdsAddress.ofPath("./unix:a").toString());
    assertPath("./@a", UdsAddress.ofPath("./@a").toString());
    UdsAddress bound = UdsAddress.ofBytes(false, new byte[] {'@', 'a'}); // by somebody else
    assertEquals("unix:%40a", bound.toString());
    assertEquals(bound, UdsAddress.parse(bound.toString()));
    assertEquals("/a ", UdsAddress.parse("unix:/a%20").path());
  }

  @Test
  void nullIsNamed() {
    NullPointerException e =
        assertThrows(NullPointerException.class, () -> UdsAddress.ofPath(null));
    assertEquals("path", e.getMessage());
    e = assertThrows(NullPointerException.class, () -> UdsAddress.parse(null));
    assertEquals("target", e.getMessage());
    e = assertThrows(NullPointerException.class, () -> UdsAddress.ofAbstract(null));
    assertEquals("abstract name", e.getMessage());
  }

  private static void assertRefused(Executable call, String... messageParts) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    for (String part : messageParts) {
      assertTrue(message.contains(part), () -> message + " lacks " + part);
    }
  }

  private static String repeat(String text, int count) {
    return String.join("", Collections.nCopies(count, text));
  }
}
