package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.HelloReply;
import io.github.grpcuds.proto.HelloRequest;
import io.github.grpcuds.testkit.ChildProcess;
import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsSocketFactory;
import io.github.grpcuds.transport.internal.backend.Backends;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers, in processes of their own, on sockets that another program made and passed on. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "systemd is Linux's")
class SystemdTest {
  private static final int NOTHING = 1000; // no byte

  private static String python;

  @RegisterExtension final Sockets sockets = new Sockets();

  private final List<ChildProcess> processes = new ArrayList<>();
  private String path;

  @BeforeAll
  static void findPython() {
    for (String candidate : Arrays.asList("/usr/bin/python3", "python3")) {
      if (runs(candidate, "--version")) {
        python = candidate;
        return;
      }
    }
    Assumptions.abort("no python3");
  }

  private static boolean runs(String... command) {
    try (ChildProcess child = ChildProcess.start(Arrays.asList(command))) {
      return child.awaitExit() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void choosePath() {
    path = sockets.path("s");
  }

  /** The processes that were started last end first: they may have something to tell the others. */
  @AfterEach
  void endProcesses() throws Exception {
    Collections.reverse(processes);
    for (ChildProcess process : processes) {
      process.terminate();
      process.close();
    }
    Files.deleteIfExists(Paths.get(path));
  }

  private ChildProcess start(List<String> command) throws IOException {
    ChildProcess process = ChildProcess.start(command);
    processes.add(process);
    return process;
  }

  /**
   * @param passed options and sockets of activate.py
   * @param backend of the server; null for its own choice
   */
  private ChildProcess activate(String mode, String passed, String backend, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(python);
    command.add(Paths.get(SystemdTest.class.getResource("/activate.py").toURI()).toString());
    command.add(mode);
    command.addAll(Arrays.asList(passed.split(" ")));
    if (mode.equals("run") || mode.equals("hold")) {
      command.add("--");
      command.addAll(InheritingServer.command(backend, arguments));
    }
    return start(command);
  }

  private String greet() {
    return greet(sockets.channel(path));
  }

  private static String greet(ManagedChannel channel) {
    return GreeterGrpc.newBlockingStub(channel)
        .withWaitForReady()
        .withDeadlineAfter(Deadline.SECONDS, TimeUnit.SECONDS)
        .sayHello(HelloRequest.newBuilder().setName("Ann").build())
        .getMessage();
  }

  private static void assumeRunsHere(String backend) {
    String reason = Backends.unavailable(backend);
    Assumptions.assumeTrue(reason == null, backend + ": " + reason);
  }

  private static void assertContains(String part, String text) {
    assertTrue(text.contains(part), () -> "\"" + part + "\" is not in: " + text);
  }

  @Test
  void socketOfSystemdIsServedAndStays() throws Exception {
    Assumptions.assumeTrue(
        runs("systemd-socket-activate", "--version"), "no systemd-socket-activate");
    List<String> command =
        new ArrayList<>(Arrays.asList("systemd-socket-activate", "--fdname=web", "-l", path));
    command.addAll(InheritingServer.command(null, "web"));
    ChildProcess server = start(command);

    // The client comes first: it is what makes systemd start the server.
    assertEquals("Hello of web Ann", greet());
    assertEquals("[unix:" + path + "]", server.hear("listening on"));
    server.say("stop");
    server.hear("stopped");
    assertTrue(Files.exists(Paths.get(path)), "it is not the server's");
  }

  @ParameterizedTest
  @CsvSource({"descriptor 3, ffm", "descriptor 3, jnr", "stdin, jdk", "stdin, ffm", "stdin, jnr"})
  void nextActivationServesTheClientThatWaited(String passed, String backend) throws Exception {
    assumeRunsHere(backend);
    String stdin = passed.equals("stdin") ? "stdin " : "";
    ChildProcess systemd = activate("hold", stdin + "listen:" + path, backend, "-", "wait");
    assertEquals("Hello of - Ann", greet());
    assertEquals("[unix:" + path + "]", systemd.hear("listening on"));
    Map<String, Object> file = Files.readAttributes(Paths.get(path), "unix:ino,mode,uid,gid,ctime");
    systemd.say("end it");
    systemd.hear("stopped"); // standard output has to be there still
    systemd.hear("ended");
    assertEquals(file, Files.readAttributes(Paths.get(path), "unix:ino,mode,uid,gid,ctime"));

    assertEquals("Hello of - Ann", greet());
    systemd.hear("listening on");
  }

  /** The other program has the socket open too, so the kernel's epoll would go on reporting it. */
  @ParameterizedTest
  @ValueSource(strings = {"ffm", "jnr"})
  void serverThatStoppedAcceptingIsNotBusyWithThoseWhoWait(String backend) throws Exception {
    assumeRunsHere(backend);
    ChildProcess server = activate("run", "listen:" + path, backend, "-");
    server.hear("listening on");
    Recorder<HelloReply> replies = new Recorder<>();
    StreamObserver<HelloRequest> call = GreeterGrpc.newStub(sockets.channel(path)).chat(replies);
    call.onNext(HelloRequest.getDefaultInstance());
    replies.next();
    server.say("shutdown");
    server.hear("shut down");
    try (Socket waiting = new UdsSocketFactory(UdsAddress.ofPath(path)).createSocket("x", 0)) {
      server.say("cpu");
      long before = Long.parseLong(server.hear("cpu"));
      Thread.sleep(500); // is what is measured
      server.say("cpu");
      long spent = Long.parseLong(server.hear("cpu")) - before;
      assertTrue(spent < 50, () -> spent + " ms of 500 for " + waiting);
      call.onNext(HelloRequest.getDefaultInstance());
      replies.next();
    }
    call.onCompleted();
  }

  @Test
  void abstractNameIsServed() throws Exception {
    Assumptions.assumeFalse(
        "jdk".equals(System.getProperty("grpcuds.backend")), "backend jdk has no abstract names");
    UdsAddress address = UdsAddress.ofAbstract(UUID.randomUUID().toString());
    String name = "@" + address.toString().substring("unix-abstract:".length());
    for (String passed : Arrays.asList("listen:" + name, "stdin listen:" + name)) {
      ChildProcess server = activate("run", passed, null, "-", "wait");
      assertEquals("[" + address + "]", server.hear("listening on"));
      assertEquals("Hello of - Ann", greet(sockets.open(UdsChannelBuilder.forAddress(address))));
      server.terminate();
    }
  }

  @Test
  void socketsAreToldApartByTheirNames() throws Exception {
    String other = sockets.path("other");
    try {
      ChildProcess server =
          activate("run", "names=web:admin listen:" + path + " listen:" + other, null);
      server.say("-");
      assertContains("[web, admin]", server.hear("failed:"));
      server.say("nobody");
      assertContains("[web, admin]", server.hear("failed:"));
      server.say("admin");
      assertEquals("[unix:" + other + "]", server.hear("listening on"));
      server.say("web");
      assertEquals("[unix:" + path + "]", server.hear("listening on"));
      assertEquals("Hello of web Ann", greet());
      assertEquals("Hello of admin Ann", greet(sockets.channel(other)));
    } finally {
      Files.deleteIfExists(Paths.get(other));
    }
  }

  @Test
  void namesThatAreNotUniqueAreRefused() throws Exception {
    String other = sockets.path("other");
    try {
      ChildProcess server =
          activate("run", "names=web:web listen:" + path + " listen:" + other, null, "web");
      assertContains("2 sockets named \"web\"", server.hear("failed:"));
    } finally {
      Files.deleteIfExists(Paths.get(other));
    }
  }

  /** After the stop too: the number may belong to something else by then. */
  @Test
  void socketIsTakenOnce() throws Exception {
    ChildProcess server = activate("run", "names=web listen:" + path, null, "web", "web");
    server.hear("listening on");
    assertContains("taken by another server", server.hear("failed:"));
    assertEquals("Hello of web Ann", greet());
    server.say("stop");
    server.hear("stopped");
    server.say("web");
    assertContains("taken by another server", server.hear("failed:"));
  }

  @Test
  void processWithoutASocketSaysWhy() throws Exception {
    ChildProcess server = start(InheritingServer.command(null, "-", "web"));
    String failure = server.hear("failed:");
    assertContains("LISTEN_FDS is not set", failure);
    assertContains("standard input is no socket", failure);
    assertContains("LISTEN_FDS is not set", server.hear("failed:"));
  }

  @Test
  void socketOfAnotherProcessIsNotTaken() throws Exception {
    ChildProcess server = activate("run", "pid=1 names=web listen:" + path, null, "-", "web");
    assertContains("LISTEN_PID is 1, but this process is ", server.hear("failed:"));
    assertContains("LISTEN_PID is 1, but this process is ", server.hear("failed:"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ffm", "jnr"})
  void whatIsNoListeningUnixStreamSocketIsRefused(String backend) throws Exception {
    assumeRunsHere(backend);
    String other = sockets.path("other");
    String third = sockets.path("third");
    try {
      String passed =
          "names=tcp:datagram:seqpacket:connected:bound:file:closed tcp datagram:"
              + path
              + " seqpacket:"
              + other
              + " connected bound:"
              + third
              + " file closed";
      ChildProcess server = activate("run", passed, backend);
      assertRefused(server, "tcp", "descriptor 3 (\"tcp\"): it is no Unix socket");
      assertRefused(server, "datagram", "descriptor 4 (\"datagram\"): it is no stream socket");
      assertRefused(server, "seqpacket", "no stream socket, but of type SOCK_SEQPACKET");
      assertRefused(server, "connected", "does not listen; it may be a connection (Accept=yes)");
      assertRefused(server, "bound", "does not listen");
      assertRefused(server, "file", "descriptor 8 (\"file\") is no socket");
      assertRefused(server, "closed", "descriptor 9 (\"closed\")"); // by now the JVM may have one
    } finally {
      Files.deleteIfExists(Paths.get(other));
      Files.deleteIfExists(Paths.get(third));
    }
  }

  private static void assertRefused(ChildProcess server, String name, String reason)
      throws Exception {
    server.say(name);
    assertContains(reason, server.hear("failed:"));
  }

  @ParameterizedTest
  @CsvSource({
    "jdk, tcp, no Unix socket",
    "jdk, datagram:PATH, no stream socket",
    "jdk, connected, Accept=yes",
    "ffm, tcp, no Unix socket",
    "jnr, tcp, no Unix socket"
  })
  void standardInputThatIsNoListeningUnixStreamSocketIsRefused(
      String backend, String socket, String reason) throws Exception {
    assumeRunsHere(backend);
    String passed = "stdin " + socket.replace("PATH", path);
    String failure = activate("run", passed, backend, "-", "wait").hear("failed:");
    assertContains(reason, failure);
    assertContains("standard input", failure);
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_17)
  void jdkBackendLogsThatStandardInputDoesNotListen() throws Exception {
    ChildProcess server = activate("run", "stdin bound:" + path, "jdk", "-", "wait");
    assertContains("on unix:" + path, server.hear("WARNING: Cannot accept connections"));
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_17)
  void jdkBackendSaysWhatItCannotTakeOver() throws Exception {
    String failure = activate("run", "listen:" + path, "jdk", "-").hear("failed:");
    assertContains("no backend for descriptor 3", failure);
    assertContains("jdk: the JDK takes over descriptor 0 alone", failure);
  }

  @ParameterizedTest
  @ValueSource(strings = {"path", "abstract"})
  void systemdIsToldOfStartAndStop(String kind) throws Exception {
    String notify = kind.equals("path") ? sockets.path("notify") : "@" + UUID.randomUUID();
    try {
      ChildProcess systemd = activate("receive", notify, null);
      systemd.hear("receiving");
      ChildProcess server = notifying(notify);
      server.hear("listening on");
      assertEquals("READY=1", systemd.hear("received"));
      server.say("shutdown");
      assertEquals("STOPPING=1", systemd.hear("received"));
      server.hear("shut down");
      assertEquals(
          Arrays.asList("receiving", "received READY=1", "received STOPPING=1"), systemd.output());
    } finally {
      if (kind.equals("path")) {
        Files.deleteIfExists(Paths.get(notify));
      }
    }
  }

  @Test
  void serverThatCannotTellSystemdStartsAllTheSame() throws Exception {
    ChildProcess server = notifying(sockets.path("nobody"));
    assertContains("READY=1", server.hear("WARNING: Cannot tell systemd"));
    assertEquals("Hello of - Ann", greet());
  }

  /** Those who connect while systemd is told are for the next server, not to be turned away. */
  @Test
  void serverThatTellsOfItsStopTakesNobodyMore() throws Exception {
    String notify = sockets.path("notify");
    try {
      activate("deaf", notify, null).hear("deaf");
      ChildProcess server = notifying(notify);
      server.hear("listening on");
      server.say("shutdown");
      int turnedAway = 0;
      for (int first = 0; first != NOTHING; first = firstByte()) {
        turnedAway += first < 0 ? 1 : 0;
      }
      assertTrue(turnedAway <= 1, turnedAway + " turned away, not only one just being accepted");
      server.hear("shut down");
    } finally {
      Files.deleteIfExists(Paths.get(notify));
    }
  }

  /** What a server says first to a new client; NOTHING if it is not served, -1 if it is closed. */
  private int firstByte() throws IOException {
    try (Socket client = new UdsSocketFactory(UdsAddress.ofPath(path)).createSocket("x", 0)) {
      client.setSoTimeout(200);
      return client.getInputStream().read();
    } catch (SocketTimeoutException e) {
      return NOTHING;
    }
  }

  private ChildProcess notifying(String notify) throws Exception {
    List<String> command = new ArrayList<>(Arrays.asList("env", "NOTIFY_SOCKET=" + notify, python));
    command.add(Paths.get(SystemdTest.class.getResource("/activate.py").toURI()).toString());
    command.addAll(Arrays.asList("run", "listen:" + path, "--"));
    command.addAll(InheritingServer.command(null, "-"));
    return start(command);
  }
}
