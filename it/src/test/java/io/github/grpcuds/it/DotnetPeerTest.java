package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.grpcuds.testkit.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * .NET's GrpcChannel on SocketsHttpHandler as the client of our server: a program that calls {@link
 * ByteEcho}, {@code PROGRAM call PATH CHECK}, and prints "passed".
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DotnetPeerTest {
  /** By default where our own machines have it, beside the repository. */
  private static final String PROGRAM =
      System.getProperty("grpcuds.it.dotnet", "../../shared/peers/dotnet/kestrel");

  @RegisterExtension final EngineServer server = new EngineServer();

  @BeforeAll
  static void findProgram() {
    Assumptions.assumeTrue(
        Files.isExecutable(Paths.get(PROGRAM)),
        "no .NET client at " + PROGRAM + " (set -Dgrpcuds.it.dotnet to the path of one)");
  }

  private void assertPasses(String settings, String... check) throws Exception {
    server.start();
    List<String> command = new ArrayList<>(Arrays.asList("/usr/bin/env"));
    if (!settings.isEmpty()) {
      command.add(settings);
    }
    command.addAll(Arrays.asList(PROGRAM, "call", server.path()));
    command.addAll(Arrays.asList(check));
    try (ChildProcess client = ChildProcess.start(command)) {
      assertEquals(0, client.awaitExit(), () -> "it said " + client.output());
      client.hear("passed");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "100", "1000000"})
  void callsOfTheFourKinds(String size) throws Exception {
    assertPasses("", "kinds", size);
  }

  /** As Microsoft's guide recommends it, but more often: a quiet call and a quiet connection. */
  @Test
  void keepaliveOnceASecond() throws Exception {
    assertPasses("PING_SECONDS=1", "pings", "4");
  }

  @Test
  void deadline() throws Exception {
    assertPasses("", "deadline");
  }

  @Test
  void cancellation() throws Exception {
    assertPasses("", "cancel");
  }
}
