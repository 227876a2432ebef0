package io.github.grpcuds.examples.spring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.ChildJvm;
import io.github.grpcuds.testkit.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The application as processes of its own. */
final class GreeterApplicationTest {
  private static final int SIGTERM = 128 + 15;

  @TempDir Path folder;

  @Test
  void serverAnswersClientsAndLeavesNothingBehind() throws Exception {
    Path socket = folder.resolve("a.sock");
    ChildProcess server = application(socket);
    try {
      Await.until(() -> Files.exists(socket), () -> "the server says " + server.output());
      String greeting =
          output(application(socket, "--spring.profiles.active=client", "--name=Ada"));
      assertTrue(greeting.contains("Hello Ada, you are "), greeting);
      assertTrue(greeting.contains("uid="), greeting);

      ChildProcess second = application(socket);
      assertEquals(1, second.awaitExit());
      String report = output(second);
      assertTrue(report.contains("APPLICATION FAILED TO START"), report);
      assertTrue(report.contains("Address already in use: " + socket), report);
      assertTrue(report.contains("'spring.grpc.server.address'"), report);

      server.terminate();
      assertEquals(SIGTERM, server.awaitExit());
      assertFalse(Files.exists(socket), () -> "after " + server.output());
    } finally {
      server.kill();
    }
  }

  private static ChildProcess application(Path socket, String... arguments) {
    Object[] all = new Object[arguments.length + 1];
    all[0] = "--socket=" + socket;
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return new ChildJvm(GreeterApplication.class).sameBackend().start(all);
  }

  private static String output(ChildProcess process) throws InterruptedException {
    process.awaitExit();
    return String.join("\n", process.output());
  }
}
