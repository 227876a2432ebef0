package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.HelloReply;
import io.github.grpcuds.proto.HelloRequest;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.ChildJvm;
import io.github.grpcuds.testkit.ChildProcess;
import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsSocketFactory;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Servers in JVMs of their own, and what is left of them when those end. */
class TwoProcessTest {
  private static final HelloRequest ANN = HelloRequest.newBuilder().setName("Ann").build();

  @RegisterExtension final Sockets sockets = new Sockets();

  private String path;

  @BeforeEach
  void choosePath() {
    path = sockets.path("s");
  }

  private static ChildJvm serverJvm() {
    return new ChildJvm(ServerProcess.class).sameBackend();
  }

  private static ChildProcess newServer() {
    return serverJvm().start();
  }

  private static void start(ChildProcess server, String path) throws Exception {
    server.say("start " + path);
    assertEquals("listening", server.hear("start:"));
  }

  private static long pidOfServer(ManagedChannel channel) {
    return GreeterGrpc.newBlockingStub(channel)
        .withWaitForReady()
        .withDeadlineAfter(Deadline.SECONDS, TimeUnit.SECONDS)
        .sayHello(ANN)
        .getPid();
  }

  @Test
  void killedServerIsReplacedAndTheChannelGoesOn() throws Exception {
    ManagedChannel channel = sockets.channel(path);
    long firstPid;
    try (ChildProcess first = newServer()) {
      start(first, path);
      firstPid = pidOfServer(channel);
      Recorder<HelloReply> replies = new Recorder<>();
      StreamObserver<HelloRequest> call = GreeterGrpc.newStub(channel).chat(replies);
      call.onNext(ANN);
      assertEquals("Hello Ann", replies.next().getMessage());

      first.kill();
      assertEquals(Status.Code.UNAVAILABLE, replies.status().getCode());
    }
    assertTrue(Files.exists(Paths.get(path)), "a killed process cannot delete its file");

    try (ChildProcess second = newServer()) {
      start(second, path);
      assertNotEquals(firstPid, pidOfServer(channel));
    }
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no SIGTERM")
  void terminatedServerDeletesItsFile() throws Exception {
    try (ChildProcess server = newServer()) {
      start(server, path);
      assertTrue(Files.exists(Paths.get(path)));
      server.terminate();
    }
    assertFalse(Files.exists(Paths.get(path)));
  }

  /** A connection takes one descriptor, so the server has far fewer of them than clients. */
  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no ulimit")
  void serverOutlivesAShortageOfDescriptors() throws Exception {
    ChildJvm jvm = serverJvm().by("bash", "-c", "ulimit -n 150; exec \"$@\"", "bash");
    List<Socket> clients = new ArrayList<>();
    try (ChildProcess server = jvm.start()) {
      start(server, path);
      pidOfServer(sockets.channel(path)); // from here on it need not open files to load classes
      UdsSocketFactory factory = new UdsSocketFactory(UdsAddress.ofPath(path));
      for (int i = 0; i < 300; i++) {
        clients.add(factory.createSocket("localhost", 0));
      }
      server.hear("WARNING: Cannot accept connections on");
      for (Socket client : clients) {
        client.close();
      }
      ManagedChannel channel = sockets.channel(path);
      assertNotEquals(0, pidOfServer(channel));
    } finally {
      for (Socket client : clients) {
        client.close();
      }
    }
  }

  @Test
  void clientOfAServerThatEndsInGoodOrderMayFinishItsCall() throws Exception {
    Recorder<HelloReply> replies = new Recorder<>();
    try (ChildProcess server = newServer()) {
      start(server, path);
      StreamObserver<HelloRequest> call = GreeterGrpc.newStub(sockets.channel(path)).chat(replies);
      call.onNext(ANN);
      replies.next();
      server.say("stop");
      server.hear("stopping");
      call.onNext(HelloRequest.newBuilder().setName("Bob").build());
      assertEquals("Hello Bob", replies.next().getMessage());
      call.onCompleted();
      assertEquals(Status.OK, replies.status());
      server.hear("stopped");
    }
  }

  @Test
  void ofTwoServersThatStartAtOnceOneLives() throws Exception {
    Path file = Paths.get(path);
    try (ChildProcess one = newServer();
        ChildProcess other = newServer()) {
      one.hear("ready");
      other.hear("ready");
      for (int round = 0; round < 20; round++) {
        one.say("start " + path);
        other.say("start " + path);
        String answerOfOne = one.hear("start:");
        String answerOfOther = other.hear("start:");
        boolean oneLives = answerOfOne.equals("listening");
        String loser = oneLives ? answerOfOther : answerOfOne;
        assertEquals("listening", oneLives ? answerOfOne : answerOfOther, "round " + round);
        assertTrue(loser.contains("Address already in use: " + path), loser);
        ChildProcess winner = oneLives ? one : other;
        winner.say("stop");
        winner.hear("stopped");
        assertFalse(Files.exists(file), "left in round " + round);
      }
    }
  }

  @Test
  void deadFileOfAKilledServerGoesToOneOfTwoThatStartAtOnce() throws Exception {
    try (ChildProcess killed = newServer()) {
      start(killed, path);
      killed.kill();
    }
    try (ChildProcess one = newServer();
        ChildProcess other = newServer()) {
      one.hear("ready");
      other.hear("ready");
      one.say("start " + path);
      other.say("start " + path);
      List<String> answers = Arrays.asList(one.hear("start:"), other.hear("start:"));
      assertEquals(
          1, answers.stream().filter("listening"::equals).count(), () -> "they say " + answers);
      assertTrue(pidOfServer(sockets.channel(path)) > 0);
    }
  }

  /** Starts and stops a greeter as standard input says, and ends with it, or when it is told to. */
  static final class ServerProcess {
    private static Server server;

    private ServerProcess() {}

    public static void main(String[] args) throws Exception {
      Runtime.getRuntime().addShutdownHook(new Thread(ServerProcess::stopAtOnce));
      BufferedReader stdin =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      System.out.println("ready");
      for (String line; (line = stdin.readLine()) != null; ) {
        if (line.startsWith("start ")) {
          System.out.println("start: " + start(line.substring("start ".length())));
        } else {
          server.shutdown();
          System.out.println("stopping");
          server.awaitTermination();
          System.out.println("stopped");
        }
      }
      System.exit(0);
    }

    private static String start(String path) {
      try {
        Server starting = UdsServerBuilder.forPath(path).addService(new PidGreeter()).build();
        server = starting.start();
        return "listening";
      } catch (IOException e) {
        return e.toString();
      }
    }

    private static void stopAtOnce() {
      if (server != null) {
        server.shutdownNow();
      }
    }
  }

  private static final class PidGreeter extends EchoGreeter {
    @Override
    HelloReply reply(String name, HelloRequest request) {
      String process = ManagementFactory.getRuntimeMXBean().getName(); // pid@host, on every JDK
      long pid = Long.parseLong(process.substring(0, process.indexOf('@')));
      return super.reply(name, request).toBuilder().setPid(pid).build();
    }
  }
}
