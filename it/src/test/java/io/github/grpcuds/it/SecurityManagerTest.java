package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.ChildJvm;
import io.github.grpcuds.transport.PeerPolicy;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.stub.ClientCalls;
import java.io.File;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A client and a server under a SecurityManager, with the permissions of security.policy, which
 * docs/BACKENDS.md shows, and no others.
 */
class SecurityManagerTest {
  private static final String POLICY = "src/test/resources/security.policy";

  /** Of Java 9 to 23; Java 24 has no such thing, and Java 8 is no number. */
  private static final String VERSION = System.getProperty("java.specification.version");

  @RegisterExtension final Sockets sockets = new Sockets();

  @Test
  void clientAndServerWorkWithTheirPermissions() throws Exception {
    assumeTrue(
        VERSION.startsWith("1.") || Integer.parseInt(VERSION) < 24,
        "Java 24 and newer have no SecurityManager");
    String path = sockets.path("s");
    String printed =
        new ChildJvm(Program.class)
            .sameBackend()
            .options("-Djava.security.manager", "-Djava.security.policy==" + POLICY)
            .property("app.socket", path)
            .property("app.folder", new File(path).getParent())
            .run();
    assertTrue(printed.contains("answered\nanswered\n"), printed);
    assertFalse(printed.contains("WARNING: grpc-okhttp differs"), printed);
  }

  /** A server and its client. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) throws Exception {
      String path = System.getProperty("app.socket");
      Server server =
          UdsServerBuilder.forPath(path)
              .peerPolicy(PeerPolicy.sameUser())
              .addService(new ByteEcho())
              .build()
              .start();
      call(UdsChannelBuilder.forPath(path).serverPolicy(PeerPolicy.sameUser()));
      call(ManagedChannelBuilder.forTarget("unix:" + path).usePlaintext());
      server.shutdownNow().awaitTermination();
    }

    private static void call(ManagedChannelBuilder<?> builder) {
      ManagedChannel channel = builder.build();
      byte[] answer =
          ClientCalls.blockingUnaryCall(channel, ByteEcho.ECHO, CallOptions.DEFAULT, new byte[1]);
      System.out.println(answer.length == 1 ? "answered" : "answered in part");
      channel.shutdownNow();
    }
  }
}
