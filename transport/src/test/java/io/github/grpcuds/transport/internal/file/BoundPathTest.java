package io.github.grpcuds.transport.internal.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.github.grpcuds.transport.UdsSocketFactory;
import io.github.grpcuds.transport.internal.backend.BackendTest;
import io.github.grpcuds.transport.internal.backend.Backends;
import io.github.grpcuds.transport.internal.testing.Tool;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Collections;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who looks a live server's socket up by its path finds it. */
@EnabledOnOs(OS.LINUX)
final class BoundPathTest {
  private static final Path TABLE = Paths.get("/proc/net/unix");

  @TempDir Path dir;
  private String backendBefore;

  @BeforeEach
  void rememberBackend() {
    backendBefore = System.getProperty(Backends.PROPERTY);
  }

  @AfterEach
  void restoreBackend() {
    BackendTest.force(backendBefore);
  }

  private static void force(String backend) {
    BackendTest.assumeAvailable(backend);
    BackendTest.force(backend);
  }

  @ParameterizedTest
  @MethodSource(BackendTest.ALL)
  void kernelListsTheSocketByThePathOfItsFile(String backend) throws Exception {
    force(backend);
    Path path = dir.resolve("s");
    for (SocketFileOptions options :
        new SocketFileOptions[] {
          SocketFileOptions.defaults(),
          SocketFileOptions.defaults().mode(0666),
          SocketFileOptions.defaults().group((Integer) Files.getAttribute(dir, "unix:gid"))
        }) {
      try (ServerSocket server = listen(path, options)) {
        assertTrue(server.isBound());
        assertListed(path);
      }
    }
    listen(path, SocketFileOptions.defaults().deleteOnClose(false)).close();
    try (ServerSocket successor = listen(path, SocketFileOptions.defaults())) {
      assertTrue(successor.isBound());
      assertListed(path);
    }
  }

  @ParameterizedTest
  @MethodSource(BackendTest.ALL)
  void relativePathIsListedAsAWhole(String backend) throws Exception {
    force(backend);
    Path relative = Paths.get("").toAbsolutePath().relativize(dir.resolve("s"));
    try (ServerSocket server = listen(relative, SocketFileOptions.defaults())) {
      assertTrue(server.isBound());
      assertListed(Paths.get("").toAbsolutePath().resolve(relative));
    }
  }

  private static void assertListed(Path path) throws Exception {
    String table = new String(Files.readAllBytes(TABLE), UTF_8);
    assertTrue(table.contains(" " + path + "\n"), () -> path + " is not in " + table);
  }

  @ParameterizedTest
  @MethodSource(BackendTest.ALL)
  void cleanerOfOldFilesSparesALiveSocket(String backend) throws Exception {
    force(backend);
    Path folder = Files.createDirectory(dir.resolve("old"));
    Path live = folder.resolve("live");
    Path dead = folder.resolve("dead");
    Path rules =
        Files.write(
            dir.resolve("rules.conf"), Collections.singleton("d " + folder + " 0700 - - 1us"));
    listen(dead, SocketFileOptions.defaults().deleteOnClose(false)).close();
    try (ServerSocket server = listen(live, SocketFileOptions.defaults())) {
      Await.until(() -> isGoneAfterCleaning(dead, rules), () -> "the dead socket stays");
      assertTrue(Files.exists(live, LinkOption.NOFOLLOW_LINKS), "the live socket was deleted");
      try (Socket client = new UdsSocketFactory(BackendTest.at(live)).createSocket("ignored", 0)) {
        assertTrue(client.isConnected());
      }
      server.accept().close();
    }
  }

  private static boolean isGoneAfterCleaning(Path dead, Path rules) {
    try {
      Tool.need("systemd-tmpfiles", "--clean", rules.toString());
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    return !Files.exists(dead, LinkOption.NOFOLLOW_LINKS);
  }

  /** What systems do where the path of the bind has to be another: see FileRefresher. */
  @ParameterizedTest
  @MethodSource(BackendTest.ALL)
  void fileThatWasRenamedIsKeptFromAgeing(String backend) throws Exception {
    force(backend);
    Path path = dir.resolve("s");
    try (ServerSocket server = listen(path, SocketFileOptions.defaults())) {
      assertTrue(server.isBound());
      long before = Files.getLastModifiedTime(path).toMillis();
      FileRefresher refresher = FileRefresher.start(path, ExistingSocket.fileKey(path), 1_000_000);
      try {
        Await.until(() -> lastModified(path) > before, () -> "not refreshed since " + before);
      } finally {
        refresher.close();
      }
    }
    assertEquals(0, dir.toFile().list().length);
  }

  private static long lastModified(Path path) {
    return path.toFile().lastModified();
  }

  private static ServerSocket listen(Path path, SocketFileOptions options) throws Exception {
    return new UdsServerSocketFactory(BackendTest.at(path), options).createServerSocket(0);
  }
}
