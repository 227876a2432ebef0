package io.github.grpcuds.transport.internal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.Background;
import io.github.grpcuds.testkit.ChildJvm;
import io.github.grpcuds.testkit.ChildProcess;
import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.github.grpcuds.transport.UdsSocketFactory;
import io.github.grpcuds.transport.internal.FilePaths;
import io.github.grpcuds.transport.internal.Platform;
import io.github.grpcuds.transport.internal.backend.BackendTest;
import io.github.grpcuds.transport.internal.backend.Backends;
import io.github.grpcuds.transport.internal.socket.SocketContractTest;
import java.io.File;
import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import jnr.unixsocket.UnixDatagramChannel;
import jnr.unixsocket.UnixSocketAddress;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How a server's socket file comes and goes, on every backend. */
public abstract class SocketFileTest extends BackendTest {
  private Path path;

  public SocketFileTest(String backend) {
    super(backend);
  }

  public abstract int longestPathBytes();

  @BeforeEach
  void choosePath() {
    path = dir.resolve("s");
  }

  @Test
  void fileIsForItsOwnerAloneByDefault() throws Exception {
    listen(path);
    assertEquals("rw-------", modeOf(path));
  }

  @Test
  void fileHasTheModeAskedFor() throws Exception {
    listen(path, SocketFileOptions.defaults().mode(0660));
    assertEquals("rw-rw----", modeOf(path));
    Path open = dir.resolve("open");
    listen(open, SocketFileOptions.defaults().mode("rw-rw-rw-"));
    assertEquals("rw-rw-rw-", modeOf(open));
  }

  @Test
  void fileIsNeverSeenWithALooserMode() throws Exception {
    SocketFileOptions options = SocketFileOptions.defaults().mode(0200);
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
      listen(path, options).close();
    }
    listen(path, options);
    Await.until(() -> !seen.isEmpty(), () -> "the watcher saw no file");
    done.set(true);
    watcher.result();
    assertEquals(Collections.singleton("-w-------"), seen);
  }

  @Test
  void deadSocketIsTakenOver() throws Exception {
    listen(path, SocketFileOptions.defaults().deleteOnClose(false).mode(0666)).close();
    assertTrue(Files.exists(path));
    ServerSocket server = listen(path);
    assertEquals("rw-------", modeOf(path));
    assertServes(server);
  }

  @Test
  void liveServerIsNotDisturbed() throws Exception {
    ServerSocket server = listen(path);
    assertInUse();
    closing(server.accept()); // the probe of the one refused
    assertServes(server);
    assertLeft("s");
  }

  @Test
  void liveServerOfTheOtherBackendIsNotDisturbed() throws Exception {
    List<String> others = new ArrayList<>(Backends.names());
    others.removeIf(name -> name.equals(backendName()) || Backends.named(name) == null);
    Assumptions.assumeFalse(others.isEmpty(), "there is no other backend");
    for (String other : others) {
      force(other);
      ServerSocket server = listen(path);
      force(backendName());
      assertInUse();
      server.close();
      listen(path).close();
    }
  }

  @Test
  void serverWithAFullBacklogIsAlive() throws Exception {
    closing(new UdsServerSocketFactory(at(path)).createServerSocket(0, 1));
    for (int i = 0; i < 5; i++) {
      assertInUse(); // each leaves its probe in the backlog
    }
  }

  private void assertInUse() {
    BindException e = assertThrows(BindException.class, () -> listen(path));
    assertTrue(e.getMessage().startsWith("Address already in use: " + path), e.getMessage());
  }

  @Test
  void liveServersOwnerIsNamed() throws Exception {
    listen(path);
    BindException e = assertThrows(BindException.class, () -> listen(path));
    String pid =
        !backendName().equals("jdk") && Platform.LINUX
            ? "pid=" + SocketContractTest.ownPid() + " "
            : "";
    String owner = pid + "uid=" + Files.getAttribute(dir, "unix:uid") + " ";
    String start = "Address already in use: " + path + ": a server is listening, " + owner;
    assertTrue(e.getMessage().startsWith(start), e.getMessage());
    assertTrue(e.getMessage().contains(" user=" + Files.getOwner(dir).getName()), e.getMessage());
  }

  @Test
  void killedServerIsReplacedByTheNextStart() throws Exception {
    try (ChildProcess server = new ChildJvm(Starter.class).backend(backendName()).start(path)) {
      assertEquals("won", server.ask("start"));
      assertInUse();
      server.kill();
    }
    assertTrue(Files.exists(path));
    assertServes(listen(path));
    assertLeft("s");
  }

  @Test
  void regularFileStays() throws Exception {
    Files.write(path, new byte[] {42});
    assertForeign("a regular file");
    assertEquals(1, Files.size(path));
  }

  @Test
  void directoryStays() throws Exception {
    Files.createDirectory(path);
    assertForeign("a directory");
    assertTrue(Files.isDirectory(path));
  }

  @Test
  void symbolicLinkStays() throws Exception {
    Files.createSymbolicLink(path, Paths.get("elsewhere"));
    assertForeign("a symbolic link");
    assertTrue(Files.isSymbolicLink(path));
  }

  @Test
  void symbolicLinkToADeadSocketStays() throws Exception {
    Path dead = dir.resolve("dead");
    listen(dead, SocketFileOptions.defaults().deleteOnClose(false)).close();
    Files.createSymbolicLink(path, dead);
    assertThrows(FileSystemException.class, () -> listen(path));
    assertLeft("dead", "s");
  }

  @Test
  void pipeStays() throws Exception {
    try {
      assertEquals(0, new ProcessBuilder("mkfifo", path.toString()).start().waitFor());
    } catch (IOException e) {
      Assumptions.abort("no mkfifo: " + e.getMessage());
    }
    assertForeign("a pipe");
    assertTrue(Files.exists(path));
  }

  @Test
  void datagramSocketStays() throws Exception {
    Assumptions.assumeTrue(Backends.named("jnr") != null, "jnr-unixsocket makes the socket");
    closing(UnixDatagramChannel.open()).bind(new UnixSocketAddress(path.toFile()));
    assertForeign("a socket that is no stream socket");
    assertTrue(Files.exists(path));
  }

  private void assertForeign(String what) throws IOException {
    FileSystemException e = assertThrows(FileSystemException.class, () -> listen(path));
    assertEquals(path.toString(), e.getFile());
    assertTrue(e.getReason().contains("there is already " + what), e.getMessage());
    assertLeft("s");
  }

  @Test
  void missingFolderIsNamed() throws Exception {
    Path deeper = dir.resolve("folder").resolve("s");
    NoSuchFileException e = assertThrows(NoSuchFileException.class, () -> listen(deeper));
    assertEquals(deeper.toString(), e.getFile());
    assertTrue(e.getReason().endsWith(dir.resolve("folder").toString()), e.getReason());
    assertLeft();
  }

  @Test
  void folderThatIsAFileIsNamed() throws Exception {
    Path file = Files.createFile(dir.resolve("file"));
    NotDirectoryException e =
        assertThrows(NotDirectoryException.class, () -> listen(file.resolve("s")));
    assertEquals(file.toString(), e.getFile());
    assertLeft("file");
  }

  @Test
  void missingFoldersAreCreatedForTheOwnerAlone() throws Exception {
    path = dir.resolve("a").resolve("b").resolve("s");
    SocketFileOptions creating = SocketFileOptions.defaults().createParents();
    ServerSocket server = listen(path, creating);
    assertServes(server);
    assertEquals("rwx------", modeOf(dir.resolve("a")));
    assertEquals("rwx------", modeOf(dir.resolve("a").resolve("b")));
    server.close();
    assertLeft("a");
    listen(path, creating).close(); // what is there is used
  }

  @Test
  void foldersThatAreThereKeepTheirMode() throws Exception {
    Path folder = Files.createDirectory(dir.resolve("folder"));
    setMode(folder, 0755);
    listen(folder.resolve("s"), SocketFileOptions.defaults().createParents());
    assertEquals("rwxr-xr-x", modeOf(folder));
  }

  @Test
  void danglingLinkIsNoFolderToCreate() throws Exception {
    Files.createSymbolicLink(dir.resolve("link"), dir.resolve("elsewhere"));
    SocketFileOptions creating = SocketFileOptions.defaults().createParents();
    path = dir.resolve("link").resolve("s");
    NoSuchFileException e = assertThrows(NoSuchFileException.class, () -> listen(path, creating));
    assertEquals(path.toString(), e.getFile());
    assertLeft("link");
  }

  @Test
  void folderInWhichAllMaySwapTheFileIsRefused() throws Exception {
    Path folder = Files.createDirectory(dir.resolve("folder"));
    setMode(folder, 0777);
    assertUnsafe(folder.resolve("s"), folder);
    assertServesThrough(folder.resolve("s"), SocketFileOptions.defaults().allowUnsafeParents());
    setMode(folder, 01777);
    assertServesThrough(folder.resolve("s"), SocketFileOptions.defaults());
    setMode(folder, 0775); // its group is trusted with it
    assertServesThrough(folder.resolve("s"), SocketFileOptions.defaults());
  }

  @Test
  void folderThatTheCommandLineTrustsIsAccepted() throws Exception {
    Path folder = Files.createDirectory(dir.resolve("volume")); // as Kubernetes mounts an emptyDir
    setMode(folder, 02777);
    String elsewhere = dir.resolve("elsewhere").toString();
    String property = "grpcuds.trustedFolders";
    assertUnsafe(folder.resolve("s"), folder);
    System.setProperty(property, elsewhere);
    try {
      assertUnsafe(folder.resolve("s"), folder);
      System.setProperty(property, elsewhere + File.pathSeparator + folder + "/");
      assertServesThrough(folder.resolve("s"), SocketFileOptions.defaults());
    } finally {
      System.clearProperty(property);
    }
  }

  @Test
  void everyFolderOnTheWayIsLookedAt() throws Exception {
    Path outer = Files.createDirectory(dir.resolve("outer"));
    Path inner = Files.createDirectory(outer.resolve("inner"));
    setMode(outer, 0777);
    assertUnsafe(inner.resolve("s"), outer);
    SocketFileOptions creating = SocketFileOptions.defaults().createParents();
    Path deeper = outer.resolve("new").resolve("s");
    assertThrows(FileSystemException.class, () -> listen(deeper, creating));
    assertFalse(Files.exists(outer.resolve("new")), "created in a folder that is not safe");
  }

  @Test
  void linksOnTheWayAreFollowedAndLookedAt() throws Exception {
    Path unsafe = Files.createDirectory(dir.resolve("unsafe"));
    Path folder = Files.createDirectory(dir.resolve("folder"));
    Path inUnsafe = Files.createSymbolicLink(unsafe.resolve("l"), Paths.get("../folder"));
    Path toUnsafe = Files.createSymbolicLink(dir.resolve("l"), inUnsafe);
    assertServesThrough(toUnsafe.resolve("s"), SocketFileOptions.defaults());
    setMode(unsafe, 0777);
    assertUnsafe(inUnsafe.resolve("s"), unsafe);
    assertUnsafe(toUnsafe.resolve("s"), unsafe);
    Path roundabout = dir.resolve("unsafe").resolve("..").resolve("folder");
    assertUnsafe(roundabout.resolve("s"), unsafe);
    assertServesThrough(folder.resolve("s"), SocketFileOptions.defaults());
  }

  private void assertUnsafe(Path socket, Path folder) throws IOException {
    FileSystemException e = assertThrows(FileSystemException.class, () -> listen(socket));
    assertEquals(socket.toString(), e.getFile());
    String why = "because " + folder + " is writable by all users and has no sticky bit";
    assertTrue(e.getReason().contains(why), e.getMessage());
    assertEquals(0, socket.toFile().getParentFile().list((d, name) -> name.contains("s")).length);
  }

  private void assertServesThrough(Path socket, SocketFileOptions options) throws IOException {
    path = socket;
    ServerSocket server = listen(path, options);
    assertServes(server);
    server.close();
    assertFalse(Files.exists(socket));
  }

  private static void setMode(Path file, int mode) throws IOException {
    Files.setAttribute(file, "unix:mode", mode);
  }

  @Test
  void fileIsGivenToAGroupByNumberOrName() throws Exception {
    int gid = (Integer) Files.getAttribute(dir, "unix:gid");
    String name = Files.getAttribute(dir, "posix:group").toString();
    for (SocketFileOptions options :
        Arrays.asList(
            SocketFileOptions.defaults().group(gid),
            SocketFileOptions.defaults().group(name),
            SocketFileOptions.defaults().group(String.valueOf(gid)))) {
      assertServesThrough(path, options);
    }
  }

  @Test
  void unknownUserOrGroupIsNamedAndNothingIsLeft() throws Exception {
    for (SocketFileOptions options :
        Arrays.asList(
            SocketFileOptions.defaults().group("nobody-of-that-name"),
            SocketFileOptions.defaults().owner("nobody-of-that-name"))) {
      FileSystemException e = assertThrows(FileSystemException.class, () -> listen(path, options));
      assertEquals(path.toString(), e.getFile());
      assertTrue(e.getReason().endsWith(" nobody-of-that-name"), e.getMessage());
      assertLeft();
    }
  }

  @Test
  void fileIsDeletedOnClose() throws Exception {
    ServerSocket server = listen(path);
    assertLeft("s");
    server.close();
    assertLeft();
  }

  @Test
  void fileIsKeptIfAskedFor() throws Exception {
    listen(path, SocketFileOptions.defaults().deleteOnClose(false)).close();
    assertLeft("s");
  }

  @Test
  void successorsFileIsNotDeleted() throws Exception {
    ServerSocket first = listen(path);
    Files.delete(path);
    ServerSocket second = listen(path);
    first.close();
    assertServes(second);
    second.close();
    assertLeft();
  }

  @Test
  void foreignFileThatTookThePlaceIsNotDeleted() throws Exception {
    ServerSocket server = listen(path);
    Path other = Files.createFile(dir.resolve("other"));
    Files.move(other, path, StandardCopyOption.REPLACE_EXISTING);
    server.close();
    assertLeft("s");
  }

  @Test
  void closeAcceptsThatTheFileOrItsFolderIsGone() throws Exception {
    Path folder = Files.createDirectory(dir.resolve("folder"));
    ServerSocket server = listen(folder.resolve("s"));
    Files.delete(folder.resolve("s"));
    Files.delete(folder);
    server.close();
    assertTrue(server.isClosed());
  }

  @Test
  void lockFileOfACrashDoesNoHarm() throws Exception {
    Files.write(dir.resolve(".s.lock"), new byte[10]);
    assertServes(listen(path));
    assertLeft("s");
  }

  @Test
  void startWaitsForAnotherStartToEnd() throws Exception {
    // Another class loader's copy of the library holds the file lock but not our lock in memory.
    Path lock = dir.resolve(".s.lock");
    Background<ServerSocket> starting;
    try (FileChannel held =
        FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      held.lock();
      starting = Background.start("start", () -> listen(path));
      starting.awaitInside("pause");
      assertFalse(Files.exists(path));
      Files.delete(lock);
    }
    assertServes(starting.result());
  }

  @Test
  void oneOfManyThatStartAtTheSameInstantWins() throws Exception {
    int starters = 8;
    CyclicBarrier gun = new CyclicBarrier(starters);
    for (int round = 0; round < 30; round++) {
      List<Background<ServerSocket>> starts = new ArrayList<>();
      for (int i = 0; i < starters; i++) {
        starts.add(
            Background.start(
                "starter " + i,
                () -> {
                  gun.await();
                  try {
                    return new UdsServerSocketFactory(at(path)).createServerSocket(0);
                  } catch (BindException e) {
                    return null;
                  }
                }));
      }
      List<ServerSocket> winners = new ArrayList<>();
      for (Background<ServerSocket> start : starts) {
        winners.add(start.result());
      }
      winners.removeAll(Collections.singleton(null));
      assertEquals(1, winners.size(), "winners in round " + round);
      assertLeft("s");
      winners.get(0).close();
      assertLeft();
    }
  }

  @Test
  void interruptedThreadStartsAndStopsAServer() throws Exception {
    Background<Boolean> interrupted =
        Background.start(
            "interrupted",
            () -> {
              Thread.currentThread().interrupt();
              listen(path).close();
              return Thread.currentThread().isInterrupted();
            });
    assertTrue(interrupted.result(), "the interrupt was lost");
    assertLeft();
  }

  @Test
  void everyLengthOfPathWorksUpToTheLongest() throws Exception {
    int longest = longestPathBytes();
    for (int bytes = longest - 20; bytes <= longest; bytes++) {
      path = pathOfBytes(bytes, "x");
      ServerSocket server = listen(path);
      assertServes(server);
      assertLeft(path.getFileName().toString());
      server.close();
    }
    assertLeft();
  }

  @Test
  void onePathByteMoreIsRefusedWithTheCount() {
    path = pathOfBytes(longestPathBytes(), "x");
    Path longer = path.resolveSibling(path.getFileName() + "x");
    Exception e = assertThrows(Exception.class, () -> listen(longer));
    assertTrue(e instanceof IOException || e instanceof IllegalArgumentException, e.toString());
    assertTrue(e.getMessage().contains(String.valueOf(longestPathBytes() + 1)), e.getMessage());
    assertTrue(e.getMessage().contains(String.valueOf(longestPathBytes())), e.getMessage());
  }

  @Test
  void pathsAreCountedInBytes() throws Exception {
    String e = "\u00e9";
    String refusal = FilePaths.refusal(UdsAddress.ofPath(e));
    Assumptions.assumeTrue(refusal == null, refusal);
    path = pathOfBytes(longestPathBytes(), e);
    assertServes(listen(path));
    Path longer = path.resolveSibling(path.getFileName() + "x");
    assertThrows(Exception.class, () -> listen(longer));
  }

  @Test
  void pathThatTheJvmCannotWriteIsAnIoException() {
    UdsAddress address = UdsAddress.ofPath("/\u00e9");
    Assumptions.assumeTrue(FilePaths.refusal(address) != null, "this JVM writes any path");
    IOException e =
        assertThrows(
            IOException.class, () -> new UdsServerSocketFactory(address).createServerSocket(0));
    assertTrue(e.getMessage().contains("LC_ALL"), e.getMessage());
  }

  @Test
  void relativePathIsRelativeToTheWorkingDirectory() throws Exception {
    Path absolute = path;
    path = Paths.get("").toAbsolutePath().relativize(absolute);
    ServerSocket server = listen(path);
    assertTrue(Files.exists(absolute));
    assertServes(server);
    assertEquals(at(path), server.getLocalSocketAddress());
    server.close();
    assertLeft();
  }

  @Test
  void pathInTheWorkingDirectoryItselfWorks() throws Exception {
    String name = "grpcuds-" + dir.getFileName();
    path = Paths.get(name);
    try {
      ServerSocket server = listen(path);
      assertServes(server);
      server.close();
      assertFalse(Files.exists(path));
    } finally {
      Files.deleteIfExists(path);
    }
  }

  @Test
  void relativePathThatIsNotThereSaysFromWhere() {
    Path relative = Paths.get("", "nothing-of-this-name");
    NoSuchFileException e = assertThrows(NoSuchFileException.class, () -> connect(relative));
    String from = "relative to " + Paths.get("").toAbsolutePath();
    assertTrue(e.getReason().endsWith(from), e.getReason());
  }

  @Test
  void slashesThatMeanNothingAreAccepted() throws Exception {
    for (String form : new String[] {dir + "//s", dir + "/./s"}) {
      UdsAddress address = UdsAddress.ofPath(form);
      ServerSocket server = closing(new UdsServerSocketFactory(address).createServerSocket(0));
      closing(new UdsSocketFactory(address).createSocket("ignored", 0));
      server.accept().close();
      server.close();
      assertLeft();
    }
  }

  private ServerSocket listen(Path path, SocketFileOptions options) throws IOException {
    return closing(new UdsServerSocketFactory(at(path), options).createServerSocket(0));
  }

  /** A file name of the given character, and a digit where it takes one byte more. */
  private Path pathOfBytes(int bytes, String character) {
    int left = bytes - dir.toString().length() - 1;
    Assumptions.assumeTrue(left > 8, "the temp directory's path is too long: " + dir);
    int each = character.length() == 1 && character.charAt(0) < 128 ? 1 : 2;
    String name = String.join("", Collections.nCopies(left / each, character));
    return dir.resolve(left % each == 0 ? name : name + "1");
  }

  private void assertServes(ServerSocket server) throws IOException {
    try (Socket client = connect(path);
        Socket accepted = server.accept()) {
      client.getOutputStream().write(7);
      assertEquals(7, accepted.getInputStream().read());
    }
  }

  private void assertLeft(String... names) throws IOException {
    Set<String> left = new TreeSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(dir)) {
      for (Path entry : entries) {
        left.add(entry.getFileName().toString());
      }
    }
    assertEquals(new TreeSet<>(Arrays.asList(names)), left);
  }

  static String modeOf(Path path) throws IOException {
    return PosixFilePermissions.toString(
        Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
  }
}
