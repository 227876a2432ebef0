package io.github.grpcuds.it;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.ChildProcess;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Servers in processes of their own are killed and replaced while their clients make calls of all
 * kinds: no call runs twice. Each of the four tests kills five; -Dit.kills=50 makes it fifty.
 */
@Tag("long")
class KillsTest {
  private static final int KILLS = Integer.getInteger("it.kills", 5);

  @RegisterExtension final Sockets sockets = new Sockets();
  @TempDir Path dir;
  private final CountedCalls calls = new CountedCalls();
  private final List<ChildProcess> servers = new ArrayList<>();
  private final List<Thread> callers = new ArrayList<>();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private Path log;

  /** How a server ends and another one serves. */
  private interface Kill {
    void kill(ChildProcess server) throws Exception;
  }

  @BeforeEach
  void makeLog() throws IOException {
    log = Files.createFile(dir.resolve("log"));
  }

  @AfterEach
  void endAll() throws Exception {
    callers.forEach(Thread::interrupt);
    for (ChildProcess server : servers) {
      server.kill();
      server.close();
    }
    for (String name : Arrays.asList("s", "a", "b")) {
      Files.deleteIfExists(Paths.get(sockets.path(name)));
    }
  }

  /** Two of them, for their threads write in different ways. */
  private void call(UdsChannelBuilder builder) {
    for (boolean inline : new boolean[] {true, false}) {
      ManagedChannel channel = sockets.open(builder.inlineWrites(inline));
      channels.add(channel);
      for (int i = 0; i < 2; i++) {
        int seed = callers.size();
        Thread caller = new Thread(() -> calls.goOn(channel, seed), "caller " + seed);
        caller.setDaemon(true);
        caller.start();
        callers.add(caller);
      }
    }
  }

  private static Kill kill(int round) {
    return round % 2 == 0 ? ChildProcess::kill : ChildProcess::terminate;
  }

  /** Has calls of all kinds under way at a server, and kills it. */
  private void killInTheMiddle(ChildProcess server, int round, Kill kill) throws Exception {
    ManagedChannel channel = channels.get(round / 2 % channels.size());
    for (MethodDescriptor<byte[], byte[]> kind : CountedCalls.KINDS) {
      for (boolean waitForReady : new boolean[] {true, false}) {
        calls.hold(channel, kind, waitForReady);
      }
    }
    for (int i = 0; i < 2 * CountedCalls.KINDS.size(); i++) {
      server.hear("holds");
    }
    kill.kill(server);
  }

  /** Until the servers are there again. */
  private void awaitServed() throws Exception {
    for (ManagedChannel channel : channels) {
      calls.awaitAnswer(channel);
    }
  }

  private void checkAll() throws Exception {
    for (Thread caller : callers) {
      caller.interrupt();
      caller.join();
    }
    calls.check(log);
  }

  /**
   * Starts a server that does not serve yet.
   *
   * @param identity for TLS; null: it speaks plain text
   */
  private ChildProcess standBy(Identity identity) throws Exception {
    ChildProcess server =
        identity == null
            ? CountingServer.jvm().start(log)
            : CountingServer.jvm().start(log, identity.certificate, identity.key);
    servers.add(server);
    server.hear("waits");
    return server;
  }

  private static void serve(ChildProcess server, String path) throws Exception {
    server.say(path);
    server.hear("listening");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void serverThatIsStartedAgain(boolean tls) throws Exception {
    Identity identity = tls ? Identity.localhost() : null;
    String path = sockets.path("s");
    ChildProcess server = standBy(identity);
    serve(server, path);
    call(
        tls
            ? UdsChannelBuilder.forPath(path, identity.trusted())
            : UdsChannelBuilder.forPath(path));
    for (int round = 0; round < KILLS; round++) {
      ChildProcess next = standBy(identity);
      awaitServed();
      killInTheMiddle(server, round, kill(round));
      serve(next, path);
      server = next;
    }
    awaitServed();
    checkAll();
  }

  @Test
  void serverBesideAnother() throws Exception {
    String[] paths = {sockets.path("a"), sockets.path("b")};
    ChildProcess[] running = {standBy(null), standBy(null)};
    serve(running[0], paths[0]);
    serve(running[1], paths[1]);
    call(UdsChannelBuilder.forTarget("unix:" + paths[0] + "," + paths[1]));
    for (int round = 0; round < KILLS; round++) {
      ChildProcess next = standBy(null);
      awaitServed();
      killInTheMiddle(running[round % 2], round, kill(round / 2));
      awaitServed();
      serve(next, paths[round % 2]);
      running[round % 2] = next;
    }
    checkAll();
  }

  @Test
  void serverThatIsActivatedAgain() throws Exception {
    String path = sockets.path("s");
    List<String> command =
        new ArrayList<>(
            Arrays.asList(
                "python3",
                Paths.get(KillsTest.class.getResource("/activate.py").toURI()).toString(),
                "hold",
                "stdin",
                "listen:" + path,
                "--"));
    command.addAll(CountingServer.jvm().command(log, "inherited"));
    ChildProcess systemd = null;
    try {
      systemd = ChildProcess.start(command);
    } catch (IOException e) {
      Assumptions.abort(e.getMessage());
    }
    servers.add(systemd);
    Await.until(() -> Files.exists(Paths.get(path)), () -> "no socket");
    call(UdsChannelBuilder.forPath(path));
    for (int round = 0; round < KILLS; round++) {
      String how = round % 2 == 0 ? "kill" : "end it";
      awaitServed();
      killInTheMiddle(
          systemd,
          round,
          activator -> {
            activator.say(how);
            activator.hear("ended");
          });
    }
    awaitServed();
    checkAll();
  }
}
