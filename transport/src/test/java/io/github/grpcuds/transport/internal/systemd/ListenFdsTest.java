package io.github.grpcuds.transport.internal.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ListenFdsTest {
  private static final long OWN_PID = 17;

  private static ListenFds of(String pid, String fds, String names) throws IOException {
    Map<String, String> environment = new HashMap<>();
    environment.put("LISTEN_PID", pid);
    environment.put("LISTEN_FDS", fds);
    environment.put("LISTEN_FDNAMES", names);
    return ListenFds.of(environment, () -> OWN_PID);
  }

  private static void assertNone(String whyNone, ListenFds none) {
    assertTrue(none.whyNone().contains(whyNone), none.whyNone());
    IOException e = assertThrows(IOException.class, () -> none.choose(null));
    assertTrue(e.getMessage().contains(whyNone), e.getMessage());
  }

  private static String failure(ListenFds passed, String name) {
    return assertThrows(IOException.class, () -> passed.choose(name)).getMessage();
  }

  @Test
  void onlySocketNeedsNoName() throws Exception {
    ListenFds one = of("17", "1", "web");
    assertNull(one.whyNone());
    assertEquals(3, one.choose(null));
    assertEquals(3, one.choose("web"));
    assertEquals("web", one.name(3));
  }

  @Test
  void socketIsFoundByItsName() throws Exception {
    ListenFds three = of("17", "3", "web::admin");
    assertEquals(3, three.choose("web"));
    assertEquals(4, three.choose(""));
    assertEquals(5, three.choose("admin"));
  }

  @Test
  void oneOfSeveralHasToBeNamed() throws Exception {
    assertTrue(failure(of("17", "2", "web:admin"), null).contains("one of [web, admin]"));
    assertTrue(failure(of("17", "2", "web:admin"), "www").contains("\"www\""));
    assertTrue(failure(of("17", "2", "web:web"), "web").contains("2 sockets"));
  }

  @Test
  void socketsWithoutNamesAreUnknown() throws Exception {
    assertEquals(3, of("17", "1", null).choose("unknown"));
    assertTrue(failure(of("17", "2", null), null).contains("[unknown, unknown]"));
  }

  @Test
  void namesHaveToBeAsManyAsSockets() {
    IOException e = assertThrows(IOException.class, () -> of("17", "2", "web"));
    assertTrue(e.getMessage().contains("LISTEN_FDS is 2, but LISTEN_FDNAMES has 1"), e.toString());
  }

  @Test
  void environmentWithoutSocketsSaysWhatIsMissing() throws Exception {
    assertNone("LISTEN_FDS is not set", of("17", null, "web"));
    assertNone("LISTEN_PID is not set", of(null, "1", "web"));
    assertNone("LISTEN_FDS is 0", of("17", "0", null));
  }

  @Test
  void socketsOfAnotherProcessAreNotOurs() throws Exception {
    assertNone("LISTEN_PID is 16, but this process is 17", of("16", "1", "web"));
  }

  @Test
  void numbersThatAreNoneAreNamed() {
    assertThrows(IOException.class, () -> of("17", "-1", null));
    assertThrows(IOException.class, () -> of("17", "99999999999", null));
    IOException e = assertThrows(IOException.class, () -> of("me", "1", null));
    assertTrue(
        e.getMessage().contains("LISTEN_PID") && e.getMessage().contains("\"me\""), e.toString());
  }

  @Test
  void idOfThisProcessIsNotAskedForInVain() throws Exception {
    ListenFds.Pid none =
        () -> {
          throw new AssertionError("asked");
        };
    assertEquals("LISTEN_FDS is not set", ListenFds.of(new HashMap<>(), none).whyNone());
  }
}
