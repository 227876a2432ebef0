package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.ChildJvm;
import io.github.grpcuds.transport.PeerPolicy;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Java runtimes that lack a module, as jlink makes them. */
@EnabledForJreRange(min = JRE.JAVA_16)
class RuntimeImageTest {
  @RegisterExtension final Sockets sockets = new Sockets();

  @Test
  void withoutTheModuleThatTellsPeersAPolicyKeepsTheServerFromStarting() throws Exception {
    String printed =
        new ChildJvm(Start.class)
            .options("--limit-modules=java.base,java.logging,java.naming,jdk.unsupported")
            .backend("jdk")
            .run(sockets.path("s"));
    assertPrinted(printed, "its peerPolicy lets nobody connect: this Java runtime lacks");
    assertPrinted(printed, "jlink --add-modules jdk.net");
    assertPrinted(printed, "without a policy: started");
  }

  @Test
  void withoutTheModuleThatLogsItIsNotGrpcsVersionThatIsWrong() throws Exception {
    String printed =
        new ChildJvm(Start.class)
            .options("--limit-modules=java.base")
            .backend("jdk")
            .run(sockets.path("s"));
    assertPrinted(printed, "this Java runtime lacks the module java.logging");
    assertPrinted(printed, "jlink --add-modules java.logging");
  }

  private static void assertPrinted(String printed, String part) {
    assertTrue(printed.contains(part), () -> "\"" + part + "\" is not in: " + printed);
  }

  /** Starts a server with a policy, and one without. */
  static final class Start {
    private Start() {}

    public static void main(String[] args) throws IOException {
      try {
        UdsServerBuilder.forPath(args[0]).peerPolicy(PeerPolicy.sameUser()).build().start();
        System.out.println("with a policy: started");
      } catch (IOException | IllegalStateException e) {
        System.out.println(e.getMessage());
        if (e instanceof IllegalStateException) {
          return;
        }
      }
      UdsServerBuilder.forPath(args[0]).build().start().shutdownNow();
      System.out.println("without a policy: started");
    }
  }
}
