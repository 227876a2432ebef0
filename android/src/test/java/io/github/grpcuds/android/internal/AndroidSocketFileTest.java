package io.github.grpcuds.android.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.Background;
import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.github.grpcuds.transport.internal.backend.BackendTest;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The socket file, whose like {@code SocketFileTest} checks on a JDK. */
final class AndroidSocketFileTest extends BackendTest {
  private final SocketFileOptions defaults = SocketFileOptions.defaults();
  private Path path;

  AndroidSocketFileTest() {
    super("android");
  }

  @BeforeEach
  void choosePath() {
    path = dir.resolve("s");
  }

  private ServerSocket listen(Path at, SocketFileOptions options) throws IOException {
    return closing(new UdsServerSocketFactory(at(at), options).createServerSocket(0));
  }

  private static String modeOf(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  private void assertLeft(String... names) {
    assertEquals(new HashSet<>(Arrays.asList(names)), namesIn(dir));
  }

  private static Set<String> namesIn(Path folder) {
    return new HashSet<>(Arrays.asList(folder.toFile().list()));
  }

  private void assertServes(ServerSocket server) throws IOException {
    Socket client = connect(path);
    client.getOutputStream().write(7);
    assertEquals(7, closing(server.accept()).getInputStream().read());
  }

  private void assertRefused(Class<? extends IOException> type, Path at, String... words) {
    IOException e = assertThrows(type, () -> listen(at));
    for (String word : words) {
      assertTrue(e.getMessage().contains(word), e.getMessage() + " lacks " + word);
    }
    assertTrue(e.getMessage().contains(at.toString()), e.getMessage());
  }

  @Test
  void fileHasTheModeAskedFor() throws Exception {
    listen(path);
    assertEquals("rw-------", modeOf(path));
    listen(dir.resolve("open"), defaults.mode(0666));
    assertEquals("rw-rw-rw-", modeOf(dir.resolve("open")));
    assertLeft("s", "open");
  }

  @Test
  void fileIsNeverSeenWithALooserMode() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    Set<String> seen = new ConcurrentSkipListSet<>();
    Background<Void> watcher =
        Background.start(
            "watcher",
            () -> {
              while (!done.get()) {
                try {
                  seen.add(modeOf(path));
                } catch (NoSuchFileException e) {
                  // between two rounds
                }
              }
              return null;
            });
    for (int i = 0; i < 100; i++) {
      listen(path, defaults.mode(0200)).close();
    }
    listen(path, defaults.mode(0200));
    Await.until(() -> !seen.isEmpty(), () -> "the watcher saw no file");
    done.set(true);
    watcher.result();
    assertEquals(Collections.singleton("-w-------"), seen);
  }

  @Test
  void deadSocketIsTakenOver() throws Exception {
    listen(path, defaults.deleteOnClose(false)).close();
    assertLeft("s");
    assertServes(listen(path));
  }

  @Test
  void liveServerIsNotDisturbed() throws Exception {
    ServerSocket server = listen(path);
    BindException e = assertThrows(BindException.class, () -> listen(path));
    assertTrue(
        e.getMessage().startsWith("Address already in use: " + path + ": a server is listening"),
        e.getMessage());
    closing(server.accept()); // the probe of the one refused
    assertServes(server);
    assertLeft("s");
  }

  @Test
  void serverWithAFullBacklogIsAlive() throws Exception {
    closing(new UdsServerSocketFactory(at(path)).createServerSocket(0, 1));
    for (int i = 0; i < 5; i++) {
      assertThrows(BindException.class, () -> listen(path)); // each leaves its probe
    }
    assertLeft("s");
  }

  @Test
  void otherFilesStay() throws Exception {
    Files.write(path, new byte[] {42});
    assertRefused(IOException.class, path, "there is already a regular file");
    Path folder = Files.createDirectory(dir.resolve("folder"));
    assertRefused(IOException.class, folder, "there is already a directory");
    Path link = Files.createSymbolicLink(dir.resolve("link"), Paths.get("elsewhere"));
    assertRefused(IOException.class, link, "there is already a symbolic link");
    assertLeft("s", "folder", "link");
    assertEquals(1, Files.size(path));
  }

  @Test
  void foldersThatAreMissingOrNoneAreNamed() throws Exception {
    Path deeper = dir.resolve("folder").resolve("s");
    assertRefused(FileNotFoundException.class, deeper, "no directory " + dir.resolve("folder"));
    Path file = Files.createFile(dir.resolve("file"));
    IOException e = assertThrows(IOException.class, () -> listen(file.resolve("s")));
    assertTrue(e.getMessage().contains(file + ": Not a directory"), e.getMessage());
  }

  @Test
  void missingFoldersAreCreatedForTheOwnerAlone() throws Exception {
    path = dir.resolve("a").resolve("b").resolve("s");
    assertServes(listen(path, defaults.createParents()));
    assertEquals("rwx------", modeOf(dir.resolve("a")));
    assertEquals("rwx------", modeOf(dir.resolve("a").resolve("b")));
  }

  @Test
  void folderInWhichAllMaySwapTheFileIsRefused() throws Exception {
    Path folder = Files.createDirectory(dir.resolve("folder"));
    Files.setAttribute(folder, "unix:mode", 0777);
    Path inIt = folder.resolve("s");
    assertRefused(IOException.class, inIt, folder + " is writable by all users");
    listen(inIt, defaults.allowUnsafeParents()).close();
    Files.setAttribute(folder, "unix:mode", 01777);
    listen(inIt).close();
  }

  @Test
  void ownersAreNumbers() throws Exception {
    int gid = (Integer) Files.getAttribute(dir, "unix:gid");
    listen(path, defaults.group(gid).mode(0660));
    assertEquals("rw-rw----", modeOf(path));
    listen(dir.resolve("t"), defaults.group(String.valueOf(gid)));
    IOException e =
        assertThrows(IOException.class, () -> listen(dir.resolve("u"), defaults.group("inet")));
    assertTrue(e.getMessage().contains("by number only, group inet"), e.getMessage());
    assertLeft("s", "t");
  }

  @Test
  void fileIsDeletedOnCloseWhileItIsOurs() throws Exception {
    ServerSocket first = listen(path);
    Files.delete(path);
    ServerSocket second = listen(path);
    first.close();
    assertServes(second);
    second.close();
    assertLeft();
  }

  @Test
  void oneOfManyThatStartAtOnceServes() throws Exception {
    listen(path, defaults.deleteOnClose(false)).close();
    AtomicInteger started = new AtomicInteger();
    Background<?>[] starters = new Background<?>[8];
    for (int i = 0; i < starters.length; i++) {
      starters[i] =
          Background.start(
              "starter " + i,
              () -> {
                try {
                  listen(path);
                  return started.incrementAndGet();
                } catch (BindException e) {
                  return 0;
                }
              });
    }
    for (Background<?> starter : starters) {
      starter.result();
    }
    assertEquals(1, started.get());
    assertTrue(Files.exists(path));
    assertFalse(namesIn(dir).contains(".s.lock"));
  }
}
