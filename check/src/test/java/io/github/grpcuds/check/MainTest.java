package io.github.grpcuds.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.Background;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.grpc.Server;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "its files have no modes")
class MainTest {
  @TempDir Path folder;

  private String out;
  private String err;

  private int run(String... args) throws IOException {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    ByteArrayOutputStream complaint = new ByteArrayOutputStream();
    int code =
        Main.run(
            args,
            new PrintStream(printed, true, "UTF-8"),
            new PrintStream(complaint, true, "UTF-8"));
    out = new String(printed.toByteArray(), StandardCharsets.UTF_8);
    err = new String(complaint.toByteArray(), StandardCharsets.UTF_8);
    return code;
  }

  private String path() {
    return folder.resolve("s").toString();
  }

  private void assertOut(String text) {
    assertTrue(out.contains(text), () -> "no \"" + text + "\" in:\n" + out);
  }

  @Test
  void theMachineAlone() throws Exception {
    assertEquals(Main.WELL, run());
    assertOut("channels of unix:       io.github.grpcuds.okhttp.UdsChannelBuilder");
    assertOut("resolver of unix:       io.github.grpcuds.okhttp.UdsNameResolverProvider");
    assertOut("usable: paths");
  }

  @Test
  void aServer() throws Exception {
    Server server = UdsServerBuilder.forPath(path()).build().start();
    try {
      assertEquals(Main.WELL, run("unix:" + path()));
    } finally {
      server.shutdownNow().awaitTermination();
    }
    assertOut("HTTP/2 in plain text");
    assertOut("the server has no health service");
    assertOut("rw-------");
    assertOut("a call takes ");
    assertOut("same user: allows it");
  }

  @Test
  void json() throws Exception {
    assertEquals(Main.BROKEN, run("--json", path()));
    assertTrue(out.startsWith("{\"verdict\":\"failure\""), out);
  }

  @Test
  void nobodyThere() throws Exception {
    assertEquals(Main.BROKEN, run(path()));
    assertOut("the server has not started, or uses another path");
  }

  @Test
  void noFolder() throws Exception {
    assertEquals(Main.BROKEN, run(folder.resolve("a/s").toString()));
    assertOut("X folder");
  }

  @Test
  void noSocket() throws Exception {
    Files.createFile(folder.resolve("s"));
    assertEquals(Main.BROKEN, run(path()));
    assertOut(": no socket");
  }

  /** What a server does with each connection. */
  private interface Behaviour {
    void serve(Socket client) throws IOException;
  }

  private void against(Behaviour behaviour) throws Exception {
    ServerSocket server = new UdsServerSocketFactory("unix:" + path()).createServerSocket(0);
    Background<Void> serving = Background.start("server", () -> serve(server, behaviour));
    try {
      assertEquals(Main.BROKEN, run(path()));
    } finally {
      server.close();
      serving.result();
    }
  }

  private static Void serve(ServerSocket server, Behaviour behaviour) {
    while (!server.isClosed()) {
      try (Socket client = server.accept()) {
        behaviour.serve(client);
      } catch (IOException e) {
        // The client has left, or the test is over.
      }
    }
    return null;
  }

  @Test
  void aServerOfHttp1() throws Exception {
    against(
        client -> {
          byte[] answer = "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
          if (client.getInputStream().read() >= 0) {
            client.getOutputStream().write(answer);
          }
        });
    assertOut("X speaks                  HTTP/1.1");
  }

  @Test
  void aServerThatCloses() throws Exception {
    against(client -> {});
    assertOut("it closes the connection");
  }

  @Test
  void misuse() throws Exception {
    assertEquals(Main.MISUSED, run("--yaml"));
    assertTrue(err.startsWith("not understood: --yaml\n"), err);
    assertEquals(Main.MISUSED, run("unix:/a", "unix:/b"));
    assertTrue(err.startsWith("not understood: unix:/b\n"), err);
    assertEquals(Main.MISUSED, run("unix:"));
    assertEquals(Main.WELL, run("--help"));
    assertOut("Usage: ");
  }
}
