package io.github.grpcuds.transport.internal.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.ChildJvm;
import io.github.grpcuds.testkit.ChildProcess;
import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.github.grpcuds.transport.internal.Platform;
import io.github.grpcuds.transport.internal.backend.BackendTest;
import io.github.grpcuds.transport.internal.backend.Backends;
import io.github.grpcuds.transport.internal.testing.Tool;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A server starts wherever bind(2) works. */
final class PoorMachineTest {
  private static final int OTHER_UID = 54321;

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
  void onAFullFileSystem(String backend) throws Exception {
    force(backend);
    Tool.needRoot(dir);
    Path full = Files.createDirectory(dir.resolve("full"));
    try (AutoCloseable mount =
        Tool.mounted(full, "mount", "-t", "tmpfs", "-o", "size=8k,mode=0755", "tmpfs", "" + full)) {
      assertTrue(mount != null);
      fill(full.resolve("filler"));
      assertStarts(full, "filler");
    }
  }

  private static void fill(Path file) throws IOException {
    try {
      while (true) {
        Files.write(file, new byte[4096], StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      }
    } catch (IOException e) {
      assertTrue(Files.size(file) > 0, e.toString());
    }
  }

  /** Starts, takes over a dead socket, and leaves nothing behind. */
  private static void assertStarts(Path folder, String... others) throws IOException {
    Path path = folder.resolve("s");
    start(path, SocketFileOptions.defaults().deleteOnClose(false)).close();
    assertTrue(Files.exists(path));
    try (ServerSocket server = start(path, SocketFileOptions.defaults())) {
      assertTrue(server.isBound());
      assertEquals("rw-------", SocketFileTest.modeOf(path));
    }
    String[] left = folder.toFile().list();
    Arrays.sort(left);
    assertArrayEquals(others, left);
  }

  @ParameterizedTest
  @MethodSource(BackendTest.ALL)
  void withAlmostNothingToWrite(String backend) throws Exception {
    BackendTest.assumeAvailable(backend);
    String limit = backend.equals("jnr") ? "--fsize=4000000" : "--fsize=0"; // jffi unpacks itself
    Tool.need("prlimit", limit, "true");
    Path path = dir.resolve("s");
    ChildJvm jvm = new ChildJvm(Starter.class).by("prlimit", limit).backend(backend);
    if (!backend.equals("jnr")) {
      jvm.property("java.io.tmpdir", "/nothing-of-this-name"); // it does without, too
    }
    try (ChildProcess server = jvm.start(path)) {
      assertEquals("won", answerOf(server, "start-and-leave-the-file"));
      assertEquals("stopped", server.ask("stop"));
      assertEquals("won", server.ask("start"));
      assertEquals("stopped", server.ask("stop"));
    }
    assertEquals(0, dir.toFile().list().length);
  }

  /** The JVM itself has a line or two to say of what it cannot write. */
  private static String answerOf(ChildProcess child, String line) throws Exception {
    String answer = child.ask(line);
    while (answer.contains("warning") || answer.contains("WARNING")) {
      answer = child.hear("");
    }
    return answer;
  }

  @ParameterizedTest
  @MethodSource(BackendTest.ALL)
  void withAUmaskThatLeavesNoFolderUsable(String backend) throws Exception {
    BackendTest.assumeAvailable(backend);
    boolean root = Platform.LINUX && Files.getAttribute(dir, "unix:uid").equals(0);
    ChildJvm jvm = new ChildJvm(StartOnce.class).backend(backend);
    String[] umask = {"sh", "-c", "umask 0177; exec \"$@\"", "sh"};
    if (root) {
      jvm.by("setpriv", "--bounding-set=-dac_override,-dac_read_search");
    }
    jvm.by(umask);
    Path path = dir.resolve("new").resolve("folders").resolve("s");
    assertEquals("rw-rw----", jvm.run(path).trim());
    assertEquals("rwx------", SocketFileTest.modeOf(path.getParent()));
  }

  /** Starts a server that makes its folders, and prints the mode of its file. */
  static final class StartOnce {
    private StartOnce() {}

    public static void main(String[] args) throws IOException {
      Path path = Paths.get(args[0]);
      try (ServerSocket server =
          start(path, SocketFileOptions.defaults().mode(0660).createParents())) {
        System.out.println(server.isBound() ? SocketFileTest.modeOf(path) : "not bound");
      }
    }
  }

  @ParameterizedTest
  @MethodSource(BackendTest.ALL)
  void whereModesCannotBeChanged(String backend) throws Exception {
    force(backend);
    Tool.needRoot(dir);
    Set<PosixFilePermission> byUmask =
        Files.getPosixFilePermissions(Files.createFile(dir.resolve("any")));
    Assumptions.assumeFalse(
        byUmask.contains(PosixFilePermission.OTHERS_WRITE), "the umask takes nothing away");
    Path below = Files.createDirectory(dir.resolve("below"));
    Path share = Files.createDirectory(dir.resolve("share"));
    try (AutoCloseable mount =
        Tool.mounted(share, "bindfs", "--chmod-deny", below.toString(), share.toString())) {
      assertTrue(mount != null);
      assertStarts(share);
      Path path = share.resolve("s");
      SocketFileOptions forAll = SocketFileOptions.defaults().mode(0666);
      FileSystemException e =
          assertThrows(FileSystemException.class, () -> start(path, forAll).close());
      assertEquals(path.toString(), e.getFile());
      Matcher mode =
          Pattern.compile("mode ([rwx-]{9}), which cannot be changed to rw-rw-rw-: ")
              .matcher(e.getReason());
      assertTrue(mode.find(), e.getReason());
      assertEquals(0, share.toFile().list().length);
      start(path, SocketFileOptions.defaults().mode(mode.group(1))).close(); // as the message says
    }
  }

  @ParameterizedTest
  @MethodSource(BackendTest.ALL)
  void overWhatACrashOrAnotherUserLeavesOfALock(String backend) throws Exception {
    force(backend);
    Tool.needRoot(dir);
    Path lock = Files.createFile(dir.resolve(".s.lock"));
    Files.setAttribute(lock, "unix:uid", OTHER_UID);
    Files.setAttribute(dir, "unix:mode", 01777);
    try (FileChannel held = FileChannel.open(lock, StandardOpenOption.WRITE)) {
      held.lock(); // and he does not go on
      long start = System.nanoTime();
      assertStarts(dir, ".s.lock");
      long millis = (System.nanoTime() - start) / 1_000_000;
      assertTrue(millis < 5000, "it waited for another user's lock: " + millis + " ms");
    }
  }

  private static ServerSocket start(Path path, SocketFileOptions options) throws IOException {
    return new UdsServerSocketFactory(BackendTest.at(path), options).createServerSocket(0);
  }
}
