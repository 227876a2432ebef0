package io.github.grpcuds.examples.spring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.ChildJvm;
import io.github.grpcuds.testkit.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

  @Test
  void serverStartsOnTheSocketThatSystemdPasses() throws Exception {
    Path socket = folder.resolve("a.sock");
    ChildProcess server =
        new ChildJvm(GreeterApplication.class)
            .by("systemd-socket-activate", "--listen=" + socket)
            .sameBackend()
            .start("--spring.grpc.server.address=", "--grpcuds.server.systemd.inherit=true");
    try {
      Await.until(() -> Files.exists(socket), () -> "the server says " + server.output());
      String greeting = output(application(socket, "--spring.profiles.active=client"));
      assertTrue(greeting.contains("Hello world"), () -> greeting + "\n" + server.output());
      server.terminate();
      assertTrue(Files.exists(socket), "it is not the server's");
    } finally {
      server.kill();
    }
  }

  private static ChildProcess application(Path socket, String... arguments) {
    List<Object> all = new ArrayList<>(Arrays.asList((Object[]) arguments));
    all.add("--socket=" + socket);
    // Long enough for a server that the call itself starts, on a busy machine.
    all.add("--spring.grpc.client.channel.greeter.default.deadline=60s");
    return new ChildJvm(GreeterApplication.class).sameBackend().start(all.toArray());
  }

  private static String output(ChildProcess process) throws InterruptedException {
    process.awaitExit();
    return String.join("\n", process.output());
  }
}
