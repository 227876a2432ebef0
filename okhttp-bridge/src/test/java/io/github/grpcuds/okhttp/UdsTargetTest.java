package io.github.grpcuds.okhttp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.transport.UdsAddress;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UdsTargetTest {
  private static List<UdsAddress> paths(String... paths) {
    UdsAddress[] addresses = new UdsAddress[paths.length];
    for (int i = 0; i < paths.length; i++) {
      addresses[i] = UdsAddress.ofPath(paths[i]);
    }
    return Arrays.asList(addresses);
  }

  private static String refusal(String target) {
    return assertThrows(IllegalArgumentException.class, () -> UdsTarget.parse(target)).getMessage();
  }

  @ParameterizedTest
  @CsvSource({
    "unix:/run/app.sock, /run/app.sock",
    "unix:///run/app.sock, /run/app.sock",
    "unix:app.sock, app.sock",
    "unix:./run/app.sock, ./run/app.sock",
    "unix:/with%20space, /with space",
    "unix:/100%25, /100%",
    "unix:/%C3%A4, /\u00e4",
    "UNIX:/Run/App.sock, /Run/App.sock"
  })
  void onePath(String target, String path) {
    assertEquals(paths(path), UdsTarget.parse(target).addresses());
    assertEquals("unix", UdsTarget.parse(target).scheme());
  }

  @ParameterizedTest
  @ValueSource(strings = {"unix-abstract:app", "Unix-Abstract:app"})
  void oneAbstractName(String target) {
    assertEquals(
        Collections.singletonList(UdsAddress.ofAbstract("app")),
        UdsTarget.parse(target).addresses());
    assertEquals("unix-abstract", UdsTarget.parse(target).scheme());
  }

  @Test
  void commasSeparateSockets() {
    assertEquals(paths("/a", "/b", "c"), UdsTarget.parse("unix:/a,/b,c").addresses());
    assertEquals(paths("/a", "/b"), UdsTarget.parse("unix:///a,///b").addresses());
    assertEquals(
        Arrays.asList(UdsAddress.ofAbstract("a"), UdsAddress.ofAbstract("b")),
        UdsTarget.parse("unix-abstract:a,b").addresses());
  }

  @Test
  void escapedCommaIsPartOfThePath() {
    assertEquals(paths("/a,b", "/c,"), UdsTarget.parse("unix:/a%2Cb,/c%2c").addresses());
  }

  @Test
  void socketNamedTwiceCountsOnce() {
    assertEquals(paths("/a", "/b"), UdsTarget.parse("unix:/a,/b,///a").addresses());
    assertEquals(paths("/a"), UdsTarget.of(paths("/a", "/a")).addresses());
  }

  @ParameterizedTest
  @ValueSource(strings = {"unix:/a", "unix:a", "unix:/a,/b%2Cc,d", "unix-abstract:a,%00b"})
  void textGivesTheTargetBack(String target) {
    assertEquals(target, UdsTarget.parse(target).toString());
  }

  @Test
  void addressesBecomeATarget() {
    assertEquals("unix:/a%2Cb,/c", UdsTarget.of(paths("/a,b", "/c")).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "unix:",
        "unix-abstract:",
        "unix://host/a",
        "unix:/a%zz",
        "unix:/a?b",
        "unix:/a#b",
        "unix:/a,",
        "unix:,/a",
        "unix:/a,,/b",
        "unix:/a,//host/b",
        "unix:/a,unix-abstract:b?",
        "tcp:/a",
        "/a",
        ""
      })
  void refusalNamesTheTarget(String target) {
    String message = refusal(target);
    assertTrue(message.contains("\"" + target + "\""), message);
  }

  @Test
  void nulInAPathIsShown() {
    assertEquals("path has a NUL character: /a%00", refusal("unix:/a%00"));
  }

  @Test
  void tooLongPathIsRefusedWithTheLimitAndTheTarget() {
    String path = "/" + String.join("", Collections.nCopies(200, "x"));
    String message = refusal("unix:/a," + path);
    assertTrue(message.contains("201 bytes"), message);
    assertTrue(message.contains("unix:/a," + path), message);
  }

  @Test
  void pathsAndAbstractNamesDoNotMix() {
    List<UdsAddress> mixed = Arrays.asList(UdsAddress.ofPath("/a"), UdsAddress.ofAbstract("b"));
    String message =
        assertThrows(IllegalArgumentException.class, () -> UdsTarget.of(mixed)).getMessage();
    assertEquals("paths and abstract names are mixed: [unix:/a, unix-abstract:b]", message);
  }

  @Test
  void noAddressIsRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> UdsTarget.of(Collections.<UdsAddress>emptyList()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"unix:/a", "UNIX:", "unix-abstract:a", "unix://host/a"})
  void schemesOfOurs(String target) {
    assertTrue(UdsTarget.hasUdsScheme(target));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "unix", "/unix:", "dns:///a", "unixy:/a", "localhost:80", ":unix"})
  void schemesOfOthers(String target) {
    assertFalse(UdsTarget.hasUdsScheme(target));
  }
}
