package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The same as {@link HostileServerTest}, with grpc-netty's client: what it does where it differs.
 * That is printed, for the table of docs/CLIENT-GUARDS.md.
 */
@Tag("long")
@Tag("comparison")
class HostileNettyServerTest extends HostileServerTest {
  private static final long FLOOD_SECONDS = 1;

  @RegisterExtension final NettyClients netty = new NettyClients();

  private String name;

  @BeforeEach
  void remember(TestInfo test) {
    name = test.getDisplayName();
  }

  @Override
  ManagedChannel open(ScriptedServer server) {
    return netty.channel(server.path());
  }

  /** It goes on reading what does no more than take time: then the deadline ends the call. */
  @Override
  void assertEndsIt(byte[] first, byte[] again, String says) throws Exception {
    Status status = statusWithin(channel(endless(first, again)));
    assertTrue(
        status.getCode() == Status.Code.INTERNAL
            || status.getCode() == Status.Code.UNAVAILABLE
            || status.getCode() == Status.Code.DEADLINE_EXCEEDED,
        status::toString);
    System.out.println("grpc-netty's client, " + name + ": " + status);
  }

  private static Status statusWithin(ManagedChannel channel) {
    return assertThrows(
            StatusRuntimeException.class,
            () ->
                ClientCalls.blockingUnaryCall(
                    channel, ByteEcho.ECHO, ByteEcho.within(FLOOD_SECONDS), new byte[10]))
        .getStatus();
  }

  /** Nothing bounds the time from the connect to the server's SETTINGS. */
  @Test
  void aServerWithoutSettingsIsWaitedFor() throws Exception {
    String silent = sockets.path("silent");
    try (RawServer server = new RawServer(silent, client -> client.getInputStream().read())) {
      Status status = statusWithin(netty.channel(silent));
      assertEquals(Status.Code.DEADLINE_EXCEEDED, status.getCode(), status::toString);
      assertEquals(1, server.connections.get());
    }
  }

  @Test
  @Override
  void headerBomb() throws Exception {
    assertEquals(Status.Code.INTERNAL, statusWithin(channel(bomb())).getCode());
  }

  /** It passes on what the server says as it is. */
  @Test
  @Override
  void textsAreFitForTerminals() throws Exception {
    assertEquals("a\u001b[2J\nb\0", statusWithin(channel(texts())).getDescription());
  }
}
