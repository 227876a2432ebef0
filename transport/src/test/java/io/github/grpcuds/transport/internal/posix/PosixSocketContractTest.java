package io.github.grpcuds.transport.internal.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.transport.PeerCredentials;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.github.grpcuds.transport.UdsSocketFactory;
import io.github.grpcuds.transport.internal.Platform;
import io.github.grpcuds.transport.internal.UserTypes;
import io.github.grpcuds.transport.internal.socket.SocketContractTest;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

public abstract class PosixSocketContractTest extends SocketContractTest {
  public PosixSocketContractTest(String backend) {
    super(backend);
  }

  @Override
  public Integer pidOfPeer() {
    return Platform.LINUX ? ownPid() : null;
  }

  @Override
  public List<Integer> groupsOfPeer() throws IOException {
    return Platform.LINUX ? ownGroups() : null;
  }

  /** Of proc(5). */
  private static List<Integer> ownGroups() throws IOException {
    for (String line : Files.readAllLines(Paths.get("/proc/self/status"))) {
      if (line.startsWith("Groups:")) {
        List<Integer> groups = new ArrayList<>();
        for (String gid : line.substring("Groups:".length()).trim().split(" ", -1)) {
          if (!gid.isEmpty()) {
            groups.add(Integer.valueOf(gid));
          }
        }
        return groups;
      }
    }
    throw new AssertionError("no groups in /proc/self/status");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void namesAreLookedUpOnlyWhenAskedFor() throws Exception {
    PeerCredentials credentials = PeerCredentials.of(connection().client);
    assertFalse(credentials.toString().contains("user="), credentials.toString());
    assertTrue(UserTypes.get().withNames(credentials).contains(" user=" + credentials.user()));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void abstractNamesWorkAndLeaveNoFile() throws Exception {
    for (String name :
        new String[] {"grpcuds " + dir, "grpcuds\0" + dir, longest("grpcuds" + dir)}) {
      UdsAddress address = UdsAddress.ofAbstract(name);
      ServerSocket server = closing(new UdsServerSocketFactory(address).createServerSocket(0));
      Socket client = closing(new UdsSocketFactory(address).createSocket("ignored", 0));
      client.getOutputStream().write(7);
      assertEquals(7, closing(server.accept()).getInputStream().read());
      assertEquals(address, client.getRemoteSocketAddress());
      server.close();
    }
    assertEquals(0, dir.toFile().list().length);
  }

  private static String longest(String prefix) {
    StringBuilder name = new StringBuilder(prefix);
    while (name.length() < Platform.SUN_PATH_BYTES - 1) {
      name.append('x');
    }
    return name.toString();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void abstractNameBelongsToOneServerUntilItCloses() throws Exception {
    UdsAddress address = UdsAddress.ofAbstract("grpcuds " + dir);
    UdsServerSocketFactory factory = new UdsServerSocketFactory(address);
    ServerSocket first = closing(factory.createServerSocket(0));
    BindException e = assertThrows(BindException.class, () -> factory.createServerSocket(0));
    assertTrue(e.getMessage().startsWith("Address already in use: " + address), e.getMessage());
    first.close();
    closing(factory.createServerSocket(0));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void connectToAnAbstractNameThatNobodyHasIsRefused() {
    UdsAddress address = UdsAddress.ofAbstract("grpcuds " + dir);
    UdsSocketFactory factory = new UdsSocketFactory(address);
    ConnectException e =
        assertThrows(ConnectException.class, () -> factory.createSocket("ignored", 0));
    assertTrue(e.getMessage().startsWith("Connection refused: " + address), e.getMessage());
  }
}
