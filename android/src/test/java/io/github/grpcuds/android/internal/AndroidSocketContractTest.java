package io.github.grpcuds.android.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.github.grpcuds.transport.UdsSocketFactory;
import io.github.grpcuds.transport.internal.socket.SocketContractTest;
import java.net.BindException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AndroidSocketContractTest extends SocketContractTest {
  private static final int LONGEST_NAME = 107;

  AndroidSocketContractTest() {
    super("android");
  }

  @Override
  public Integer pidOfPeer() {
    return ownPid();
  }

  @Override
  public List<Integer> groupsOfPeer() {
    return null;
  }

  @Override
  public boolean tellsNames() {
    return false;
  }

  @Test
  void abstractNamesWorkAndLeaveNoFile() throws Exception {
    for (String name : new String[] {"grpcuds " + dir, "\u00fcber " + dir, longest("g" + dir)}) {
      UdsAddress address = UdsAddress.ofAbstract(name);
      ServerSocket server = closing(new UdsServerSocketFactory(address).createServerSocket(0));
      Socket client = closing(new UdsSocketFactory(address).createSocket("ignored", 0));
      client.getOutputStream().write(7);
      assertEquals(7, closing(server.accept()).getInputStream().read());
      server.close();
    }
    assertEquals(0, dir.toFile().list().length);
  }

  private static String longest(String prefix) {
    StringBuilder name = new StringBuilder(prefix);
    while (name.length() < LONGEST_NAME) {
      name.append('x');
    }
    return name.toString();
  }

  @Test
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
  void connectToAnAbstractNameThatNobodyHasIsRefused() {
    UdsSocketFactory factory = new UdsSocketFactory(UdsAddress.ofAbstract("grpcuds " + dir));
    ConnectException e =
        assertThrows(ConnectException.class, () -> factory.createSocket("ignored", 0));
    assertTrue(e.getMessage().startsWith("Connection refused: unix-abstract:"), e.getMessage());
  }

  @Test
  void namesThatAndroidWouldChangeAreRefused() {
    for (String name : new String[] {"a\0b", "\ud83d\ude00"}) {
      UdsSocketFactory factory = new UdsSocketFactory(UdsAddress.ofAbstract(name));
      SocketException e =
          assertThrows(SocketException.class, () -> factory.createSocket("ignored", 0));
      assertTrue(e.getMessage().contains("android: Android's LocalSocket"), e.getMessage());
    }
  }
}
