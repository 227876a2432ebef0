package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.ChildJvm;
import io.github.grpcuds.testkit.Deadline;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The program of one jar, in which all libraries' classes and services are merged. */
@Timeout(120)
class CheckJarTest {
  private static final Path JAR = Paths.get("../check/target/grpc-uds-check.jar");

  @RegisterExtension final Sockets sockets = new Sockets();
  @TempDir Path folder;

  @BeforeEach
  void jarIsThere() {
    Assumptions.assumeTrue(Files.exists(JAR), "mvn package makes " + JAR);
  }

  private String run(int code, String... args) throws Exception {
    File java = Paths.get(System.getProperty("java.home"), "bin", "java").toFile();
    List<String> command = new ArrayList<>(Arrays.asList(java.getPath(), "-jar", JAR.toString()));
    command.addAll(Arrays.asList(args));
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertTrue(process.waitFor(3 * Deadline.SECONDS, TimeUnit.SECONDS), "it does not end");
      String printed = read(output);
      assertEquals(code, process.exitValue(), printed);
      return printed;
    } finally {
      process.destroyForcibly();
    }
  }

  private static String read(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  @Test
  void tellsAboutAServer() throws Exception {
    String path = sockets.path("s");
    sockets.serve(path, new ByteEcho());
    String printed = run(0, "unix:" + path);
    assertTrue(printed.contains("io.github.grpcuds.okhttp.UdsNameResolverProvider"), printed);
    assertTrue(printed.contains("io.github.grpcuds.okhttp.UdsChannelBuilder"), printed);
    assertTrue(printed.contains("jnr                     usable"), printed);
    assertTrue(printed.contains("HTTP/2 in plain text"), printed);
    assertTrue(printed.contains("a call takes"), printed);
  }

  @Test
  void tellsThatNobodyIsThere() throws Exception {
    String printed = run(1, "--json", sockets.path("nobody"));
    assertTrue(printed.startsWith("{\"verdict\":\"failure\""), printed);
    assertTrue(printed.contains("the server has not started"), printed);
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_24)
  void tellsWhichBackendsAreLeftWithoutNativeCode() throws Exception {
    String printed =
        new ChildJvm("-cp", JAR.toString(), "io.github.grpcuds.check.Main")
            .withoutNativeAccess()
            .options("--illegal-native-access=deny")
            .run();
    String refused = " +not usable: this JVM allows no native code: start it with --enable-";
    assertTrue(
        printed.matches("(?s).*jdk +usable: .*ffm" + refused + ".*jnr" + refused + ".*"), printed);
  }
}
