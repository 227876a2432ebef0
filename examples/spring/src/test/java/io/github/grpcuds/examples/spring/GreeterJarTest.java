package io.github.grpcuds.examples.spring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.ChildJvm;
import io.github.grpcuds.testkit.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The application as Boot's executable jar, whose class loader reads jars inside of it. */
final class GreeterJarTest {
  private static final Path JAR = Paths.get("target", "greeter.jar");

  @TempDir Path folder;

  /** jffi takes its native library out of a jar in the jar. */
  @Test
  void serverOnJnrAnswersAClientOnTheJdksChannels() throws Exception {
    Assumptions.assumeTrue(Files.exists(JAR), () -> "mvn package makes " + JAR);
    Path socket = folder.resolve("a.sock");
    ChildProcess server = jar("jnr").start("--socket=" + socket);
    try {
      Await.until(() -> Files.exists(socket), () -> "the server says " + server.output());
      ChildProcess client =
          jar("jdk")
              .start(
                  "--socket=" + socket,
                  "--spring.profiles.active=client",
                  "--spring.grpc.client.channel.greeter.default.deadline=60s");
      int status = client.awaitExit();
      String greeting = String.join("\n", client.output());
      assertEquals(0, status, greeting);
      assertTrue(greeting.contains("Hello world, you are "), greeting);
    } finally {
      server.kill();
    }
  }

  private static ChildJvm jar(String backend) {
    return new ChildJvm("-jar", JAR.toString()).backend(backend);
  }
}
