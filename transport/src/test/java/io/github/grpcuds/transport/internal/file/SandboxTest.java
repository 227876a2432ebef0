package io.github.grpcuds.transport.internal.file;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.ChildJvm;
import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.github.grpcuds.transport.UdsSocketFactory;
import io.github.grpcuds.transport.internal.backend.BackendTest;
import io.github.grpcuds.transport.internal.testing.Tool;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Errors of connect(2) that have nothing to do with the socket, in more than one language. */
final class SandboxTest {
  private static final String SCRIPT = "src/test/resources/deny_connect.py";

  @TempDir Path dir;

  @ParameterizedTest
  @CsvSource({
    "jdk, 1, Operation not permitted",
    "ffm, 1, Operation not permitted",
    "jnr, 1, Operation not permitted",
    "jdk, 22, Invalid argument",
    "ffm, 22, Invalid argument",
    "jnr, 22, Invalid argument"
  })
  void errorIsToldAtOnceInTheSystemsWords(String backend, String errno, String words)
      throws Exception {
    BackendTest.assumeAvailable(backend);
    Tool.need("python3", SCRIPT, errno, "true");
    assertTold(backend, words, "env", "LC_ALL=C.UTF-8", "python3", SCRIPT, errno);
  }

  /** As SELinux says no; and the words of a full backlog are not known by heart. */
  @ParameterizedTest
  @MethodSource(BackendTest.ALL)
  void errorIsToldInTheUsersLanguage(String backend) throws Exception {
    BackendTest.assumeAvailable(backend);
    String locales = "LOCPATH=" + germanLocale();
    Tool.need("python3", SCRIPT, "13", "true");
    String[] by = {"env", locales, "LC_ALL=de_DE.UTF-8", "python3", SCRIPT, "13"};
    assertTold(backend, "Keine Berechtigung", by);
  }

  private void assertTold(String backend, String words, String... by) throws Exception {
    Path path = dir.resolve("s");
    BackendTest.force(backend);
    SocketFileOptions kept = SocketFileOptions.defaults().deleteOnClose(false);
    new UdsServerSocketFactory(BackendTest.at(path), kept).createServerSocket(0).close();
    BackendTest.force(null);
    String printed = new ChildJvm(Program.class).by(by).backend(backend).run(path);
    assertPrinted(printed, "connect: Cannot connect to " + path + ": " + words);
    assertPrinted(printed, "listen: " + path + ": Cannot listen here: there is already a socket");
    assertPrinted(printed, "listening: Cannot connect to " + path + ": " + words);
    assertTrue(Files.exists(path), "the file was replaced, though nothing was known of it");
  }

  @ParameterizedTest
  @MethodSource(BackendTest.ALL)
  void fullBacklogIsKnownInTheUsersLanguage(String backend) throws Exception {
    BackendTest.assumeAvailable(backend);
    String locales = "LOCPATH=" + germanLocale();
    Path path = dir.resolve("s");
    UdsServerSocketFactory small = new UdsServerSocketFactory(BackendTest.at(path));
    try (ServerSocket server = small.createServerSocket(0, 1)) {
      UdsSocketFactory clients = new UdsSocketFactory(BackendTest.at(path));
      clients.createSocket("ignored", 0);
      clients.createSocket("ignored", 0); // the kernel takes one more than it is told
      String printed =
          new ChildJvm(Program.class)
              .by("env", locales, "LC_ALL=de_DE.UTF-8")
              .backend(backend)
              .run(path);
      assertPrinted(printed, "connect: Connect timed out after 300 ms: " + path);
      assertPrinted(printed, "listen: Address already in use: " + path);
      assertTrue(server.isBound());
    }
  }

  private static void assertPrinted(String printed, String part) {
    assertTrue(printed.contains(part), () -> "\"" + part + "\" is not in: " + printed);
  }

  private String germanLocale() throws Exception {
    String locale = dir.resolve("de_DE.UTF-8").toString();
    Tool.need("localedef", "-i", "de_DE", "-f", "UTF-8", "--no-archive", locale);
    String cat = "LOCPATH=" + dir + " LC_ALL=de_DE.UTF-8 cat /nothing-of-this-name 2>&1";
    Tool.need("sh", "-c", cat + " | grep Datei");
    return dir.toString();
  }

  /** Connects, and then starts a server. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) {
      UdsAddress address = UdsAddress.ofPath(Paths.get(args[0]).toString());
      try {
        new UdsSocketFactory(address)
            .withConnectTimeout(300, TimeUnit.MILLISECONDS)
            .createSocket("ignored", 0)
            .close();
        System.out.println("connected");
      } catch (IOException e) {
        System.out.println("connect: " + e.getMessage());
      }
      try {
        new UdsServerSocketFactory(address).createServerSocket(0).close();
        System.out.println("started");
      } catch (IOException e) {
        System.out.println("listen: " + e.getMessage());
      }
    }
  }
}
