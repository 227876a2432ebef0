package io.github.grpcuds.transport.internal.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.github.grpcuds.transport.UdsSocketFactory;
import io.github.grpcuds.transport.internal.Platform;
import io.github.grpcuds.transport.internal.channel.Backend;
import io.github.grpcuds.transport.internal.channel.Capability;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

final class BackendsTest {
  private static final UdsAddress PATH = UdsAddress.ofPath("/run/app.sock");
  private static final UdsAddress NAME = UdsAddress.ofAbstract("app");
  private static final UdsAddress LONGEST_PATH =
      UdsAddress.ofPath(String.join("", Collections.nCopies(Platform.SUN_PATH_BYTES - 1, "x")));

  private final String propertyBefore = System.getProperty(Backends.PROPERTY);

  @BeforeEach
  void forceNone() {
    BackendTest.force(null);
  }

  @AfterEach
  void restore() {
    BackendTest.force(propertyBefore);
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_16)
  void theJdksOwnChannelsComeFirst() throws Exception {
    assertEquals("jdk", Backends.choose(PATH).name());
  }

  @Test
  @EnabledForJreRange(max = JRE.JAVA_15)
  void jnrServesOlderJdks() throws Exception {
    assertEquals("jnr", Backends.choose(PATH).name());
    assertNull(Backends.named("jdk"));
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_22)
  @EnabledOnOs(OS.LINUX)
  void foreignFunctionsServeWhatTheJdksChannelsCannot() throws Exception {
    assertEquals("ffm", Backends.choose(NAME).name());
    assertEquals("ffm", Backends.choose(LONGEST_PATH).name());
    assertEquals("ffm", Backends.sendingDatagrams(PATH).name());
    assertEquals("ffm", Backends.inheriting(3, "descriptor 3").name());
  }

  @Test
  @EnabledForJreRange(max = JRE.JAVA_21)
  void forcedForeignFunctionsSayThatThisJdkIsTooOld() {
    BackendTest.force("ffm");
    assertRefused(PATH, PATH.toString(), "ffm: ", System.getProperty("java.version"), "22");
    assertNull(Backends.named("ffm"));
  }

  @Test
  @EnabledForJreRange(max = JRE.JAVA_21)
  @EnabledOnOs(OS.LINUX)
  void jnrServesWhatOlderJdksCannot() throws Exception {
    assumeJnr();
    assertEquals("jnr", Backends.choose(NAME).name());
    assertEquals("jnr", Backends.choose(LONGEST_PATH).name());
  }

  @Test
  void propertyForcesABackend() throws Exception {
    assumeJnr();
    BackendTest.force("jnr");
    assertEquals("jnr", Backends.choose(PATH).name());
  }

  @Test
  void emptyPropertyForcesNone() throws Exception {
    String chosen = Backends.choose(PATH).name();
    BackendTest.force("");
    assertEquals(chosen, Backends.choose(PATH).name());
  }

  @Test
  void unknownBackendIsNamed() {
    BackendTest.force("netty");
    assertRefused(PATH, "grpcuds.backend", "\"netty\"", "[jdk, ffm, jnr]");
    assertThrows(IllegalArgumentException.class, () -> Backends.named("netty"));
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_16)
  void forcedJdkBackendSaysWhatItCannotDo() {
    BackendTest.force("jdk");
    assertRefused(NAME, NAME.toString(), "jdk: ", "abstract names");
    int limit = Platform.SUN_PATH_BYTES - 2;
    assertRefused(LONGEST_PATH, "jdk: ", limit + " bytes", String.valueOf(limit + 1));
  }

  @Test
  @EnabledForJreRange(max = JRE.JAVA_15)
  void forcedJdkBackendSaysThatThisJdkIsTooOld() {
    BackendTest.force("jdk");
    assertRefused(PATH, PATH.toString(), "jdk: ", System.getProperty("java.version"), "16");
  }

  @Test
  void refusalReachesTheCallersOfSockets(@TempDir Path dir) {
    BackendTest.force("netty");
    UdsAddress address = BackendTest.at(dir.resolve("s"));
    assertThrows(IOException.class, () -> new UdsSocketFactory(address).createSocket("ignored", 0));
    assertThrows(
        IOException.class, () -> new UdsServerSocketFactory(address).createServerSocket(0));
  }

  @Test
  void backendsTellTheirCapabilities() {
    for (String name : Backends.names()) {
      Backend backend = Backends.named(name);
      if (backend != null) {
        assertEquals(name, backend.name());
        boolean takesNames = backend.capabilities().contains(Capability.ABSTRACT_NAMES);
        assertEquals(takesNames, backend.refusal(NAME) == null);
      }
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void allButTheJdksChannelsTellAllOfAPeer() {
    assumeJnr();
    for (String name : new String[] {"ffm", "jnr"}) {
      Backend backend = Backends.named(name);
      assertTrue(backend == null || backend.capabilities().equals(EnumSet.allOf(Capability.class)));
    }
    Backend jdk = Backends.named("jdk");
    assertTrue(
        jdk == null
            || jdk.capabilities().equals(EnumSet.of(Capability.PEER_IDS, Capability.PEER_NAMES)));
  }

  @Test
  void backendThatAShortageKeptFromLoadingIsTriedAgain() throws Exception {
    Deque<Backends.Loader> loads = new ArrayDeque<>();
    loads.add(
        () -> {
          throw new IOException("Too many open files");
        });
    Backend backend = Backends.choose(PATH);
    loads.add(() -> backend);
    Backends.Candidate candidate = new Backends.Candidate("any", () -> loads.remove().load());
    assertTrue(candidate.refusal(PATH).contains("Too many open files"));
    assertNull(candidate.refusal(PATH));
    assertNull(candidate.refusal(PATH));
  }

  private static void assumeJnr() {
    Assumptions.assumeTrue(Backends.named("jnr") != null, "jnr-unixsocket does not run here");
  }

  private static void assertRefused(UdsAddress address, String... messageParts) {
    String message =
        assertThrows(SocketException.class, () -> Backends.choose(address)).getMessage();
    assertNotNull(message);
    for (String part : messageParts) {
      assertTrue(message.contains(part), () -> message + " lacks " + part);
    }
  }
}
