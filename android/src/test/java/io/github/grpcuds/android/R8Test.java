package io.github.grpcuds.android;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import android.net.LocalSocketAddress.Namespace;
import io.github.grpcuds.android.platform.Dalvik;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.ChildProcess;
import io.github.grpcuds.testkit.Deadline;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.stub.ClientCalls;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What R8 leaves of an app works, with the rules in our jars and none of the app but the one that
 * keeps its main method.
 */
class R8Test {
  /** Of a dex file, with us beyond what it has with grpc-okhttp alone. */
  private static final long MOST_BYTES = 300_000;

  private static final List<String> CALLS_ANSWERED = Arrays.asList("unary: hello", "streamed: 5");

  @TempDir Path dir;

  @BeforeAll
  static void needR8() {
    assumeTrue(Files.exists(R8.JAR), "R8 is there with the profile android alone (-Pandroid)");
  }

  private static List<Path> libraries(List<String> ours) throws Exception {
    List<Path> all = new ArrayList<>(AppClasses.of(AppClasses.OF_GRPC));
    all.addAll(AppClasses.of(ours));
    return all;
  }

  private static List<String> plus(List<String> some, List<String> more) {
    List<String> all = new ArrayList<>(some);
    all.addAll(more);
    return all;
  }

  private R8 newR8(String name) throws Exception {
    return new R8(Files.createDirectory(dir.resolve(name)));
  }

  private String path() {
    return dir.resolve("s").toString();
  }

  @Test
  void clientIsSmall() throws Exception {
    Path plain =
        newR8("plain")
            .app(TcpClientApp.class, EchoCalls.class, Echo.class)
            .libraries(libraries(new ArrayList<>()))
            .dex();
    R8 r8 =
        newR8("ours")
            .app(ClientApp.class, EchoCalls.class, Echo.class)
            .libraries(libraries(AppClasses.OF_CLIENT));
    Path ours = r8.dex();
    r8.assertVerified(ours);
    long more = Files.size(ours) - Files.size(plain);
    System.out.printf(
        "R8: classes.dex of a client has %d bytes with grpc-okhttp alone, and %d more with us%n",
        Files.size(plain), more);
    assertTrue(more < MOST_BYTES, more + " bytes more than " + Files.size(plain));
    String text = new String(Files.readAllBytes(ours), ISO_8859_1);
    assertTrue(text.startsWith("dex\n035"), "not a dex file of API level 21");
  }

  @Test
  void clientsAndServersWork() throws Exception {
    Path shrunk =
        newR8("both")
            .app(ClientApp.class, EchoCalls.class, Echo.class)
            .app(TargetApp.class)
            .app(ServerApp.class)
            .libraries(libraries(plus(AppClasses.OF_CLIENT, AppClasses.OF_SERVER)))
            .classFiles();
    try (ChildProcess server = ChildProcess.start(command(shrunk, ServerApp.class, path()))) {
      server.hear("serving");
      assertEquals(CALLS_ANSWERED, run(shrunk, ClientApp.class, path()));
      assertEquals(CALLS_ANSWERED, run(shrunk, TargetApp.class, "unix://" + path()));
      assertCallsAreAnswered(); // by the server of the app, to a client that is as it was
      assertNoWarnings(server.output());
    }
    Server server = UdsServerBuilder.forPath(path()).addService(Echo.service()).build().start();
    try {
      assertEquals(CALLS_ANSWERED, run(shrunk, ClientApp.class, path()));
    } finally {
      server.shutdownNow();
      server.awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS);
    }
  }

  private void assertCallsAreAnswered() {
    ManagedChannel channel = UdsChannelBuilder.forPath(path(), Namespace.FILESYSTEM).build();
    try {
      CallOptions options =
          CallOptions.DEFAULT.withDeadlineAfter(Deadline.SECONDS, TimeUnit.SECONDS);
      byte[] request = new byte[100_000];
      byte[] answer = ClientCalls.blockingUnaryCall(channel, Echo.UNARY, options, request);
      assertEquals(request.length, answer.length);
    } finally {
      channel.shutdownNow();
    }
  }

  private static void assertNoWarnings(List<String> printed) {
    for (String line : printed) {
      assertFalse(line.startsWith("WARNING") || line.startsWith("SEVERE"), printed.toString());
    }
  }

  /** What it printed, warnings of the log included. */
  private List<String> run(Path shrunk, Class<?> app, String argument) throws Exception {
    try (ChildProcess process = ChildProcess.start(command(shrunk, app, argument))) {
      int status = process.awaitExit();
      assertEquals(0, status, () -> process.output().toString());
      return process.output();
    }
  }

  /** Android's classes and what has a JVM run them are the tests'; all else is in the app. */
  private static List<String> command(Path shrunk, Class<?> app, String argument) throws Exception {
    List<Path> unshrunk = libraries(plus(AppClasses.OF_CLIENT, AppClasses.OF_SERVER));
    return Arrays.asList(
        Paths.get(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+IgnoreUnrecognizedVMOptions",
        "--enable-native-access=ALL-UNNAMED",
        "--add-opens=java.base/java.io=ALL-UNNAMED",
        "-cp",
        shrunk + File.pathSeparator + AppClasses.classPathWithout(unshrunk),
        Dalvik.class.getName(),
        app.getName(),
        argument);
  }
}
