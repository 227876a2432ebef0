package io.github.grpcuds.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.it.BridgeSide.Caller;
import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.transport.UdsSocketFactory;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The configurations of docs/DEPLOYMENT.md, with other paths, between our client and server. */
class DeploymentTest {
  private static final String DOCUMENTED_SOCKET = "/run/app/app.sock";
  private static final String PORT = "127.0.0.1:50051";
  private static final String PORT_OF_ENVOY =
      "socket_address: {address: 127.0.0.1, port_value: 50051}";
  private static final Path DOCUMENT = Paths.get("..", "docs", "DEPLOYMENT.md");

  @RegisterExtension final EngineServer server = new EngineServer();

  @TempDir Path folder;

  private Process proxy;
  private ManagedChannel channel;

  @AfterEach
  void stop() throws Exception {
    if (channel != null) {
      channel.shutdownNow().awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS);
    }
    if (proxy != null) {
      proxy.destroy();
      assertTrue(proxy.waitFor(Deadline.SECONDS, TimeUnit.SECONDS), "the proxy does not end");
    }
  }

  private static String documented(String name) throws IOException {
    return new String(
        Files.readAllBytes(Paths.get("src", "test", "resources", "deployment", name)), UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nginx.conf", "haproxy.cfg", "envoy.yaml", "uds-bridge.service"})
  void documentHasTheFile(String name) throws IOException {
    Assumptions.assumeTrue(Files.exists(DOCUMENT), "no " + DOCUMENT + " here");
    String document = new String(Files.readAllBytes(DOCUMENT), UTF_8);
    assertTrue(document.contains("\n" + documented(name) + "```\n"), name + " differs");
  }

  /**
   * Starts a proxy with a file of the document, on a socket instead of the port.
   *
   * @param port what the file says of it
   * @param socket what it says of a socket instead, with %s for its path
   */
  private void start(String name, String port, String socket, String... command) throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(Paths.get(command[0])), "no " + command[0]);
    server.start();
    Path config = folder.resolve(name);
    Path front = folder.resolve("front");
    String text =
        documented(name)
            .replace(port, String.format(socket, front))
            .replace(DOCUMENTED_SOCKET, server.path());
    Files.write(config, text.getBytes(UTF_8));
    List<String> all = new ArrayList<>();
    Collections.addAll(all, command);
    all.add(config.toString());
    File log = folder.resolve("log").toFile();
    proxy = new ProcessBuilder(all).redirectErrorStream(true).redirectOutput(log).start();
    Await.until(() -> listens(front), () -> "no socket of " + name + ": " + read(log));
    channel = UdsChannelBuilder.forPath(front.toString()).build();
  }

  /** The file is there before that. */
  private static boolean listens(Path path) {
    try (Socket socket = new UdsSocketFactory("unix:" + path).createSocket("localhost", 0)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static String read(File file) {
    try {
      return new String(Files.readAllBytes(file.toPath()), UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private void startNginx() throws Exception {
    Files.createDirectories(folder.resolve("logs"));
    String globals =
        "daemon off; pid "
            + folder.resolve("pid")
            + "; user "
            + System.getProperty("user.name")
            + " "
            + System.getProperty("user.name")
            + ";";
    start(
        "nginx.conf",
        PORT,
        "unix:%s",
        "/usr/sbin/nginx",
        "-p",
        folder.toString(),
        "-e",
        "stderr",
        "-g",
        globals,
        "-c");
  }

  private void startHaproxy() throws Exception {
    start("haproxy.cfg", PORT, "unix@%s", "/usr/sbin/haproxy", "-db", "-f");
  }

  private void startEnvoy() throws Exception {
    start(
        "envoy.yaml",
        PORT_OF_ENVOY,
        "pipe: {path: %s}",
        BuiltPeers.path("envoy", "/envoy/_bin/envoy"),
        "--use-dynamic-base-id",
        "--concurrency",
        "1",
        "--log-level",
        "warn",
        "-c");
  }

  @Test
  void nginxCarriesCallsOfAllKinds() throws Exception {
    startNginx();
    carriesCalls();
  }

  @Test
  void haproxyCarriesCallsOfAllKinds() throws Exception {
    startHaproxy();
    carriesCalls();
  }

  @Test
  void envoyCarriesCallsOfAllKinds() throws Exception {
    startEnvoy();
    carriesCalls();
  }

  private void carriesCalls() throws Exception {
    ByteEcho.callInEveryKind(channel, 0);
    ByteEcho.callInEveryKind(channel, 100);
    ByteEcho.callInEveryKind(channel, 500_000);
    Caller chat = Caller.start(channel, EngineServer.CHAT); // each message before the next is sent
    chat.call.request(10);
    for (byte i = 0; i < 10; i++) {
      chat.call.sendMessage(new byte[] {i});
      assertArrayEquals(new byte[] {i}, chat.message());
    }
    chat.call.halfClose();
    assertEquals(Status.Code.OK, chat.status().getCode());
    Caller unknown = Caller.start(channel, "no.Service/Method");
    unknown.call.halfClose();
    assertEquals(Status.Code.UNIMPLEMENTED, unknown.status().getCode());
    Caller waiting = Caller.start(channel, EngineServer.WAIT);
    waiting.call.sendMessage(new byte[1]);
    waiting.call.halfClose();
    waiting.headers();
    waiting.call.cancel("for a test", null);
    assertTrue(
        server.echo.waitCancelled.await(Deadline.SECONDS, TimeUnit.SECONDS),
        "the server does not hear of the cancellation");
  }
}
