package io.github.grpcuds.okhttp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.transport.PeerPolicy;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The other end is a bare server socket of this process: what counts is what it is sent. */
class ServerPolicyTest {
  private static final PeerPolicy NOBODY_HERE = PeerPolicy.uid(54321);
  private static final int READ_LIMIT_MILLIS = 60_000;

  @TempDir Path dir;

  private UdsAddress address;
  private ServerSocket server;

  @BeforeEach
  void listen() throws IOException {
    listen(UdsAddress.ofPath(dir.resolve("s").toString()));
  }

  private void listen(UdsAddress at) throws IOException {
    address = at;
    server = new UdsServerSocketFactory(at).createServerSocket(0);
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  /** What the server reads first of a channel that is asked to connect; -1 is the end. */
  private int firstByte(UdsChannelBuilder builder) throws Exception {
    ManagedChannel channel = builder.build();
    try {
      channel.getState(true);
      try (Socket accepted = server.accept()) {
        accepted.setSoTimeout(READ_LIMIT_MILLIS);
        return accepted.getInputStream().read();
      }
    } finally {
      Calls.shutdown(channel);
    }
  }

  @Test
  void serverOfAnotherUserIsRefusedWithTheReason() throws Exception {
    ManagedChannel channel =
        UdsChannelBuilder.forAddress(address).serverPolicy(NOBODY_HERE).build();
    try {
      Status status = Calls.status(channel);
      assertEquals(Status.Code.UNAVAILABLE, status.getCode(), status.toString());
      String description = status.getDescription();
      assertTrue(
          description.startsWith("refused the server at " + address + ": peer "), description);
      assertTrue(description.endsWith(" is not uid 54321"), description);
    } finally {
      Calls.shutdown(channel);
    }
  }

  @Test
  void refusedServerIsSentNothing() throws Exception {
    assertEquals(-1, firstByte(UdsChannelBuilder.forAddress(address).serverPolicy(NOBODY_HERE)));
  }

  @Test
  void allowedServerIsSpokenTo() throws Exception {
    UdsChannelBuilder builder = UdsChannelBuilder.forAddress(address);
    assertEquals('P', firstByte(builder.serverPolicy(NOBODY_HERE.or(PeerPolicy.sameUser()))));
  }

  @Test
  void serverOfAPathMayBeAnybodyByDefault() throws Exception {
    assertEquals('P', firstByte(UdsChannelBuilder.forAddress(address)));
  }

  @Test
  void policyHoldsForAbstractNames() throws Exception {
    Assumptions.assumeTrue(
        System.getProperty("os.name").startsWith("Linux"), "abstract names are Linux's");
    Assumptions.assumeFalse(
        "jdk".equals(System.getProperty("grpcuds.backend")), "backend jdk has no abstract names");
    server.close();
    listen(UdsAddress.ofAbstract(UUID.randomUUID().toString()));
    assertEquals('P', firstByte(UdsChannelBuilder.forAddress(address)));
    assertEquals(-1, firstByte(UdsChannelBuilder.forAddress(address).serverPolicy(NOBODY_HERE)));
  }

  @Test
  void policyMayNotBeNull() {
    UdsChannelBuilder builder = UdsChannelBuilder.forAddress(address);
    assertThrows(NullPointerException.class, () -> builder.serverPolicy(null));
  }
}
