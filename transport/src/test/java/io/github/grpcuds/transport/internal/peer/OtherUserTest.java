package io.github.grpcuds.transport.internal.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.Background;
import io.github.grpcuds.testkit.ChildJvm;
import io.github.grpcuds.testkit.ChildProcess;
import io.github.grpcuds.transport.PeerCredentials;
import io.github.grpcuds.transport.PeerPolicy;
import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.github.grpcuds.transport.UdsSocketFactory;
import io.github.grpcuds.transport.internal.Platform;
import io.github.grpcuds.transport.internal.backend.BackendTest;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What modes, groups and the kernel's credentials do with other users, on every backend. */
public abstract class OtherUserTest extends BackendTest {
  private static final int UID = 54321;
  private static final int GID = 54322;
  private static final int GROUP = 54323;
  private static final int OTHER_GROUP = 54324;

  /**
   * A user of no privilege but to search and read any folder, so that it finds the classes of this
   * test; to connect, it needs write permission. Only a program started by the first one has that,
   * which is why env comes before java.
   */
  private static final String[] AS_OTHER_USER = {
    "setpriv",
    "--reuid=" + UID,
    "--regid=" + GID,
    "--groups=" + GROUP,
    "--inh-caps=+dac_read_search",
    "--ambient-caps=+dac_read_search",
    "--securebits=+no_setuid_fixup", // access(2), by which JDK 8 looks for itself, has it too
    "env"
  };

  public OtherUserTest(String backend) {
    super(backend);
  }

  @BeforeEach
  void assumeRootWhoCanDropItsPrivilege() throws Exception {
    Assumptions.assumeTrue(Platform.LINUX, "setpriv is Linux'");
    boolean root = Files.getAttribute(dir, "unix:uid").equals(0);
    Assumptions.assumeTrue(root, "only root can act as another user");
    List<String> probe = new ArrayList<>(Arrays.asList(AS_OTHER_USER));
    probe.add("true");
    try (ChildProcess process = ChildProcess.start(probe)) {
      Assumptions.assumeTrue(process.awaitExit() == 0, "this root may not set users and groups");
    } catch (IOException e) {
      Assumptions.abort(e.getMessage());
    }
  }

  private String asOtherUser(Class<?> program, Path argument) throws Exception {
    return new ChildJvm(program).by(AS_OTHER_USER).backend(backendName()).run(argument);
  }

  @Test
  void modeAndGroupDecideWhoMayConnect() throws Exception {
    SocketFileOptions options = SocketFileOptions.defaults();
    listen("owner", options);
    listen("all", options.mode(0666));
    listen("group", options.mode(0660).group(GROUP));
    listen("effective", options.mode(0660).group(GID));
    listen("foreign", options.mode(0660).group(OTHER_GROUP));
    listen("given", options.owner(UID));
    listen("toGroupOfOwner", options.mode("rw-r-----").group(GROUP));
    String printed = asOtherUser(ConnectToAll.class, dir);
    assertEquals(
        new TreeSet<>(Arrays.asList("all", "effective", "given", "group")), connected(printed));
    for (String name : new String[] {"owner", "foreign", "toGroupOfOwner"}) {
      String denied = name + " java.nio.file.AccessDeniedException: " + dir.resolve(name);
      assertTrue(printed.contains(denied), printed);
    }
  }

  private static Set<String> connected(String printed) {
    Set<String> names = new TreeSet<>();
    for (String line : printed.split("\n", -1)) {
      if (line.contains(" connected to ")) {
        names.add(line.substring(0, line.indexOf(' ')));
      }
    }
    return names;
  }

  @Test
  void bothEndsKnowWhoTheOtherIs() throws Exception {
    ServerSocket server = listen("s", SocketFileOptions.defaults().mode(0666));
    String printed = asOtherUser(ConnectToAll.class, dir);
    PeerCredentials root = PeerCredentials.of(connect(dir.resolve("s")));
    assertTrue(printed.contains("s connected to " + root), root + " is not in " + printed);
    PeerCredentials peer = PeerCredentials.of(closing(server.accept()));
    assertEquals(UID, peer.uid());
    assertEquals(GID, peer.gid());
    assertNull(peer.user(), "user");
    assertNull(peer.group(), "group");
    boolean tellsAll = !backendName().equals("jdk");
    assertEquals(tellsAll, peer.pid() != null);
    assertEquals(tellsAll ? Collections.singletonList(GROUP) : null, peer.supplementaryGids());
  }

  @Test
  void policiesTellTheOtherUserFromThisOne() throws Exception {
    ServerSocket server = listen("s", SocketFileOptions.defaults().mode(0666));
    String printed = asOtherUser(ConnectToAll.class, dir);
    PeerCredentials peer = PeerCredentials.of(closing(server.accept()));
    assertEquals(
        "peer " + peer + " is not of the same user (uid 0)", PeerPolicy.sameUser().refusal(peer));
    assertTrue(printed.contains(" is not of the same user (uid " + UID + ")"), printed);
    assertTrue(PeerPolicy.uid(UID).allows(peer));
    assertTrue(PeerPolicy.gid(GID).allows(peer));
    assertTrue(PeerPolicy.sameUser().or(PeerPolicy.uid(UID)).allows(peer));
    assertFalse(PeerPolicy.uid(0).allows(peer));
    assertFalse(PeerPolicy.user("root").allows(peer));
    assertFalse(PeerPolicy.gid(OTHER_GROUP).allows(peer));
    boolean toldGroups = peer.supplementaryGids() != null;
    assertEquals(toldGroups, PeerPolicy.gid(GROUP).allows(peer));
    if (!toldGroups) {
      String reason = PeerPolicy.gid(GROUP).refusal(peer);
      assertTrue(reason.endsWith("its supplementary groups are not known"), reason);
    }
  }

  @Test
  void fileIsForThisUserAloneUntilItsGroupModeAndOwnerAreSet() throws Exception {
    Path path = dir.resolve("s");
    SocketFileOptions options = SocketFileOptions.defaults().mode(0660).owner(UID).group(GROUP);
    AtomicBoolean done = new AtomicBoolean();
    Set<String> seen = new ConcurrentSkipListSet<>();
    Background<Void> watcher =
        Background.start(
            "watcher",
            () -> {
              while (!done.get()) {
                look(path, seen);
              }
              return null;
            });
    for (int i = 0; i < 200; i++) {
      listen("s", options).close();
    }
    listen("s", options);
    String last = UID + ":" + GROUP + " 660";
    Await.until(() -> seen.contains(last), () -> "the watcher saw " + seen);
    done.set(true);
    watcher.result();
    seen.removeAll(Arrays.asList("0:0 600", "0:" + GROUP + " 600", "0:" + GROUP + " 660"));
    assertEquals(Collections.singleton(last), seen);
  }

  private static void look(Path path, Set<String> seen) {
    try {
      Map<String, Object> file = Files.readAttributes(path, "unix:uid,gid,mode");
      String mode = Integer.toOctalString((Integer) file.get("mode") & 07777);
      seen.add(file.get("uid") + ":" + file.get("gid") + " " + mode);
    } catch (IOException e) {
      // between two rounds
    }
  }

  @Test
  void folderOfAnotherUserIsRefused() throws Exception {
    Path folder = Files.createDirectory(dir.resolve("folder"));
    Path inner = Files.createDirectory(folder.resolve("inner"));
    Files.setAttribute(folder, "unix:uid", UID);
    for (String name : new String[] {"folder/s", "folder/inner/s"}) {
      FileSystemException e =
          assertThrows(FileSystemException.class, () -> listen(name, SocketFileOptions.defaults()));
      String why = folder + " belongs to uid " + UID + ", who is neither root nor uid 0";
      assertTrue(e.getReason().contains(why), e.getMessage());
    }
    listen("folder/inner/s", SocketFileOptions.defaults().allowUnsafeParents());
    assertTrue(Files.exists(inner.resolve("s")));
  }

  @Test
  void linkOfAnotherUserIsRefused() throws Exception {
    Path sticky = Files.createDirectory(dir.resolve("sticky"));
    Files.setAttribute(sticky, "unix:mode", 01777);
    Path link = Files.createSymbolicLink(sticky.resolve("link"), dir);
    listen("sticky/link/s", SocketFileOptions.defaults());
    List<String> command = Arrays.asList("chown", "-h", "" + UID, link.toString());
    try (ChildProcess chown = ChildProcess.start(command)) {
      assertEquals(0, chown.awaitExit());
    }
    FileSystemException e =
        assertThrows(
            FileSystemException.class, () -> listen("sticky/link/t", SocketFileOptions.defaults()));
    assertTrue(e.getReason().contains(link + " belongs to uid " + UID), e.getMessage());
  }

  @Test
  void unprivilegedUserIsToldWhatItMayNot() throws Exception {
    Files.setAttribute(dir, "unix:uid", UID);
    String printed = asOtherUser(GiveAway.class, dir);
    assertTrue(printed.contains("own group: given"), printed);
    String cannot = "Cannot listen: cannot give the socket to ";
    assertTrue(printed.contains("group " + OTHER_GROUP + ": " + dir + "/s: " + cannot), printed);
    assertTrue(printed.contains("user 0: " + dir + "/s: " + cannot), printed);
    assertEquals(0, dir.toFile().list().length);
  }

  @Test
  void liveSocketOfAnotherUserStays() throws Exception {
    ServerSocket server = listen("s", SocketFileOptions.defaults());
    Files.setAttribute(dir, "unix:uid", UID);
    String printed = asOtherUser(GiveAway.class, dir);
    assertTrue(printed.contains("there is already a socket that this user may not"), printed);
    Socket client = connect(dir.resolve("s"));
    closing(server.accept()).getOutputStream().write(7);
    assertEquals(7, client.getInputStream().read());
  }

  private ServerSocket listen(String name, SocketFileOptions options) throws IOException {
    UdsAddress address = at(dir.resolve(name));
    return closing(new UdsServerSocketFactory(address, options).createServerSocket(0));
  }

  /** Connects to every socket in the folder, and says what became of it. */
  static final class ConnectToAll {
    private ConnectToAll() {}

    public static void main(String[] args) throws IOException {
      for (String name : Paths.get(args[0]).toFile().list()) {
        UdsAddress address = UdsAddress.ofPath(args[0] + "/" + name);
        try (Socket socket = new UdsSocketFactory(address).createSocket("ignored", 0)) {
          PeerCredentials server = PeerCredentials.of(socket);
          System.out.println(name + " connected to " + server);
          System.out.println(PeerPolicy.sameUser().refusal(server));
        } catch (IOException e) {
          System.out.println(name + " " + e);
        }
      }
    }
  }

  /** Starts servers whose files are for others. */
  static final class GiveAway {
    private GiveAway() {}

    public static void main(String[] args) {
      SocketFileOptions options = SocketFileOptions.defaults();
      say(args[0], "own group", options.group(GROUP));
      say(args[0], "group " + OTHER_GROUP, options.group(OTHER_GROUP));
      say(args[0], "user 0", options.owner(0));
    }

    private static void say(String dir, String what, SocketFileOptions options) {
      UdsAddress address = UdsAddress.ofPath(dir + "/s");
      try {
        new UdsServerSocketFactory(address, options).createServerSocket(0).close();
        System.out.println(what + ": given");
      } catch (IOException e) {
        System.out.println(what + ": " + e.getMessage());
      }
    }
  }
}
