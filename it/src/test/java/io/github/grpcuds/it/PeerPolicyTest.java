package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.ChildProcess;
import io.github.grpcuds.transport.PeerPolicy;
import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whom a server lets in; the client is this process, or one of another user. */
class PeerPolicyTest {
  private static final byte[] MESSAGE = ByteEcho.random(100);

  @RegisterExtension final Sockets sockets = new Sockets();
  @RegisterExtension final OffenderLines log = new OffenderLines();

  private String path;

  @BeforeEach
  void choosePath() {
    path = sockets.path("s");
  }

  private void serve(PeerPolicy policy) throws Exception {
    sockets.start(UdsServerBuilder.forPath(path).peerPolicy(policy).addService(new ByteEcho()));
  }

  /** At once: a call that hung would end with DEADLINE_EXCEEDED. */
  private static void assertRefused(ManagedChannel channel) {
    StatusRuntimeException e =
        assertThrows(StatusRuntimeException.class, () -> ByteEcho.echo(channel, MESSAGE));
    assertEquals(Status.Code.UNAVAILABLE, e.getStatus().getCode(), e.getStatus().toString());
  }

  @Test
  void userWhoIsNotAllowedIsRefusedAndNamedInTheLog() throws Exception {
    serve(PeerPolicy.uid(OtherUser.UID));
    assertRefused(sockets.channel(path));
    String line = log.next();
    assertTrue(line.startsWith("Refused a connection to unix:" + path + ": peer "), line);
    assertTrue(line.endsWith(" is not uid " + OtherUser.UID), line);
  }

  @Test
  void floodOfRefusalsIsOneLine() throws Exception {
    serve(PeerPolicy.uid(OtherUser.UID));
    for (int i = 0; i < 20; i++) {
      assertRefused(sockets.channel(path));
    }
    log.next();
    assertEquals(0, log.count());
  }

  @Test
  void userWhoIsAllowedIsServed() throws Exception {
    serve(PeerPolicy.uid(OtherUser.UID).or(PeerPolicy.sameUser()));
    assertArrayEquals(MESSAGE, ByteEcho.echo(sockets.channel(path), MESSAGE));
    assertEquals(0, log.count());
  }

  /** A server process of root, and a client process that may connect by the file's mode. */
  @Test
  void processOfAnotherUserIsToldFromThisOne() throws Exception {
    OtherUser.assumeRoot();
    SocketFileOptions forAll = SocketFileOptions.defaults().mode(0666);
    sockets.start(
        UdsServerBuilder.forPath(path)
            .socketFile(forAll)
            .peerPolicy(PeerPolicy.sameUser())
            .addService(new ByteEcho()));
    assertArrayEquals(MESSAGE, ByteEcho.echo(sockets.channel(path), MESSAGE));
    assertUnavailable(asOtherUser(UdsAddress.ofPath(path)));
    String line = log.next();
    assertTrue(line.contains(" uid=" + OtherUser.UID + " "), line);
    assertTrue(line.endsWith(" is not of the same user (uid 0)"), line);

    String open = sockets.path("open");
    sockets.start(
        UdsServerBuilder.forPath(open)
            .socketFile(forAll)
            .peerPolicy(PeerPolicy.uid(OtherUser.UID))
            .addService(new ByteEcho()));
    assertEquals("OK", asOtherUser(UdsAddress.ofPath(open)));
    assertRefused(sockets.channel(open));
  }

  /** Neither end needs an option for it: each would be refused by the other. */
  @Test
  void abstractNameIsForTheSameUserByDefault() throws Exception {
    OtherUser.assumeRoot();
    Assumptions.assumeFalse(
        "jdk".equals(System.getProperty("grpcuds.backend")), "backend jdk has no abstract names");
    UdsAddress name = UdsAddress.ofAbstract(UUID.randomUUID().toString());
    sockets.start(UdsServerBuilder.forAddress(name).addService(new ByteEcho()));
    assertArrayEquals(
        MESSAGE, ByteEcho.echo(sockets.open(UdsChannelBuilder.forAddress(name)), MESSAGE));
    assertUnavailable(asOtherUser(name, "anyServer"));
    String line = log.next();
    assertTrue(line.endsWith(" is not of the same user (uid 0)"), line);
    String status = asOtherUser(name);
    assertTrue(status.startsWith("UNAVAILABLE refused the server at " + name + ": peer "), status);
  }

  private static void assertUnavailable(String status) {
    assertTrue(status.startsWith("UNAVAILABLE "), status);
  }

  private static String asOtherUser(UdsAddress server, String... options) throws Exception {
    List<String> arguments = new ArrayList<>();
    arguments.add(server.toString());
    arguments.addAll(Arrays.asList(options));
    try (ChildProcess client = OtherUser.java(ClientProcess.class, arguments.toArray())) {
      return client.hear("status:");
    }
  }

  /** Makes one call, and says how it ended. */
  static final class ClientProcess {
    private ClientProcess() {}

    public static void main(String[] args) {
      UdsChannelBuilder builder = UdsChannelBuilder.forTarget(args[0]);
      if (args.length > 1) {
        builder.serverPolicy(PeerPolicy.anyUser());
      }
      ManagedChannel channel = builder.build();
      try {
        ByteEcho.echo(channel, MESSAGE);
        System.out.println("status: OK");
      } catch (StatusRuntimeException e) {
        Status status = e.getStatus();
        System.out.println("status: " + status.getCode() + " " + status.getDescription());
      } finally {
        channel.shutdownNow();
      }
    }
  }
}
