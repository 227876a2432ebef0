package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.ChildJvm;
import io.github.grpcuds.testkit.ChildProcess;
import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.testkit.Machine;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsSocketFactory;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many and large things, slow peers, and a server that runs out of what it needs. */
@Tag("long")
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc")
class HardTimesTest {
  private static final int IDLE_CONNECTIONS = 2000;
  private static final int MAX_THREADS = 30;

  /** What the connections may add; JVMs alone differ by 30 MB. */
  private static final long MAX_ADDED = 50L << 20;

  private static final int STREAMS = 10_000;
  private static final int LARGE = 100_000_000;
  private static final long RECOVERY_MILLIS = 2000;
  private static final byte[] MESSAGE = ByteEcho.random(100);

  private final List<AutoCloseable> opened = new ArrayList<>();
  private AttackedServer server;

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
    if (server != null) {
      server.close();
    }
  }

  private ManagedChannel channel() {
    ManagedChannel channel = server.channelBuilder().maxInboundMessageSize(LARGE).build();
    opened.add(channel::shutdownNow);
    return channel;
  }

  private RawAttacker connect() throws IOException {
    RawAttacker connection = new RawAttacker(server.path());
    opened.add(connection);
    return connection;
  }

  private void assertServes() {
    assertArrayEquals(MESSAGE, AttackedServer.echo(channel(), MESSAGE));
  }

  private static void report(String what, Object figures) {
    System.out.println("hard times | " + what + " | " + figures);
  }

  @Test
  void twoThousandIdleConnectionsNeedFewThreadsAndLittleMemory() throws Exception {
    assumeDescriptors(6 * IDLE_CONNECTIONS); // a reading client of the JDK's needs up to five
    server = AttackedServer.start("-Xmx64m", "-Xss512k", "-XX:+UseSerialGC");
    ServerStats before = server.stats();
    report("before", before);
    UdsSocketFactory factory = new UdsSocketFactory(UdsAddress.ofPath(server.path()));
    byte[] greeting =
        RawFrames.join(RawFrames.PREFACE, RawFrames.settings(), RawFrames.SETTINGS_ACK);
    for (int i = 0; i < IDLE_CONNECTIONS; i++) {
      Socket socket = factory.createSocket("localhost", 0);
      opened.add(socket);
      socket.getOutputStream().write(greeting);
      new DataInputStream(socket.getInputStream()).readFully(new byte[9]); // its SETTINGS
    }
    assertServes();
    ServerStats stats = server.stats();
    report(IDLE_CONNECTIONS + " idle connections", stats);
    assertTrue(stats.threads <= MAX_THREADS, () -> "more than 30 threads: " + stats);
    assertTrue(
        stats.resident - before.resident <= MAX_ADDED,
        () -> "more than 50 MB: " + before + ", then " + stats);
  }

  private static void assumeDescriptors(int needed) throws Exception {
    try (ChildProcess shell = ChildProcess.start(Arrays.asList("bash", "-c", "ulimit -n; read"))) {
      String limit = shell.hear("");
      Assumptions.assumeTrue(
          limit.equals("unlimited") || Integer.parseInt(limit) >= needed,
          () -> needed + " descriptors are needed, ulimit -n is " + limit);
    }
  }

  @Test
  void tenThousandStreamsOfOneConnection() throws Exception {
    server = AttackedServer.start("-Xmx256m", AttackServer.Option.MAX_CALLS.flag(STREAMS + 1));
    ServerStats before = server.stats();
    ManagedChannel channel = channel();
    for (int i = 0; i < STREAMS; i++) {
      ClientCalls.asyncServerStreamingCall(
          channel.newCall(AttackService.WAIT, ByteEcho.within(60)), MESSAGE, new Recorder<>());
    }
    ServerStats open = awaitCalls(before.calls + STREAMS);
    report(STREAMS + " streams", open);
    assertEquals(before.calls + STREAMS, open.calls);
    assertArrayEquals(MESSAGE, AttackedServer.echo(channel, MESSAGE));
    channel.shutdownNow();
    assertGivenBack(before, 10 * RECOVERY_MILLIS); // stats libraries, too, have 10,000 calls to end
  }

  private ServerStats awaitCalls(int calls) throws Exception {
    Deadline deadline = Deadline.start();
    ServerStats stats = server.stats();
    while (stats.calls != calls && !deadline.isPast()) {
      Thread.sleep(100); // for it collects the server's garbage each time
      stats = server.stats();
    }
    return stats;
  }

  private void assertGivenBack(ServerStats before) throws Exception {
    assertGivenBack(before, RECOVERY_MILLIS);
  }

  private void assertGivenBack(ServerStats before, long millis) throws Exception {
    ServerStats after = server.awaitLike(before, 16 << 20, millis);
    assertTrue(after.isLike(before, 16 << 20), () -> after + "; before: " + before);
  }

  @Test
  void largeMessageBothWays() throws Exception {
    server = AttackedServer.start("-Xmx2g", AttackServer.Option.MAX_MESSAGE.flag(LARGE));
    byte[] large = ByteEcho.random(LARGE);
    long start = System.nanoTime();
    byte[] answer =
        ClientCalls.blockingUnaryCall(channel(), AttackService.ECHO, ByteEcho.within(60), large);
    report(
        LARGE + " bytes both ways",
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + " ms");
    assertArrayEquals(large, answer);
  }

  @Test
  void slowReaderDelaysNobody() throws Exception {
    server = AttackedServer.start("-Xmx256m");
    Socket slow =
        new UdsSocketFactory(UdsAddress.ofPath(server.path())).createSocket("localhost", 0);
    opened.add(slow);
    slow.getOutputStream().write(bigStream());
    InputStream in = slow.getInputStream();
    try (Victim victim = new Victim(server)) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Siege.SECONDS);
      while (System.nanoTime() < end) {
        assertNotEquals(-1, in.read());
        Thread.sleep(10);
      }
      report("beside a slow reader", victim.slowestMillis() + " ms");
      assertNull(victim.failure());
      victim.stop();
      assertTrue(
          Machine.isWithin(victim.slowestMillis(), 1000), () -> victim.slowestMillis() + " ms");
    }
  }

  /** A call for a gigabyte, with windows that let all of it through. */
  private static byte[] bigStream() {
    return RawFrames.join(
        RawFrames.PREFACE,
        RawFrames.settings(Http2Frame.INITIAL_WINDOW_SIZE, RawFrames.MAX_WINDOW),
        RawFrames.windowUpdate(0, RawFrames.MAX_WINDOW - 65_535),
        RawFrames.call(
            1, AttackService.path(AttackService.POLITE), AttackService.ints(1000, 1_000_000)));
  }

  /** A JVM with this class path has some 90 descriptors. */
  @Test
  void shortageOfDescriptorsEndsNothing() throws Exception {
    server = AttackedServer.startFromShell("ulimit -n 150; exec \"$@\"", "-Xmx256m");
    ManagedChannel early = channel();
    AttackedServer.echo(early, MESSAGE);
    List<RawAttacker> crowd = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      crowd.add(connect());
    }
    awaitLog("Cannot accept connections on");
    assertArrayEquals(MESSAGE, AttackedServer.echo(early, MESSAGE), "on an old connection");
    crowd.forEach(RawAttacker::close);
    assertServes();
    long lines =
        server.log().stream().filter(line -> line.contains("Cannot accept connections on")).count();
    assertTrue(lines < 10, () -> lines + " lines of log");
  }

  private void awaitLog(String text) {
    Await.until(
        () -> server.log().stream().anyMatch(line -> line.contains(text)),
        () -> "no \"" + text + "\" in " + server.log());
  }

  @ParameterizedTest
  @EnumSource
  void handlerThatThrowsEndsItsCallOnly(AttackService.Thrown thrown) throws Exception {
    server = AttackedServer.start("-Xmx64m");
    ManagedChannel channel = channel();
    Recorder<byte[]> other = new Recorder<>();
    ClientCalls.asyncBidiStreamingCall(
            channel.newCall(AttackService.CHAT, ByteEcho.within(60)), other)
        .onNext(MESSAGE);
    assertArrayEquals(MESSAGE, other.next());
    for (int i = 0; i < 5; i++) {
      StatusRuntimeException e =
          assertThrows(
              StatusRuntimeException.class,
              () ->
                  ClientCalls.blockingUnaryCall(
                      channel,
                      AttackService.THROW,
                      ByteEcho.within(60),
                      thrown.name().getBytes(StandardCharsets.US_ASCII)));
      assertEquals(Status.Code.UNKNOWN, e.getStatus().getCode(), e.toString());
    }
    assertArrayEquals(MESSAGE, AttackedServer.echo(channel, MESSAGE), "on the same connection");
    assertServes();
    assertEquals(1, awaitCalls(1).calls, "the other call goes on");
    assertEquals(1, other.values().size());
  }

  @Test
  void killedClientLeavesNothing() throws Exception {
    server = AttackedServer.start("-Xmx256m");
    ServerStats before = server.stats();
    try (ChildProcess client = new ChildJvm(ClientOfManyCalls.class).start(server.path())) {
      client.hear("calling");
      assertEquals(before.calls + ClientOfManyCalls.CALLS, awaitCalls(before.calls + 55).calls);
      client.kill();
      long start = System.nanoTime();
      assertGivenBack(before);
      report(
          "kill -9 of a client with 55 calls",
          "given back in " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + " ms");
    }
    assertEquals(before.calls, awaitCalls(before.calls).calls);
  }

  /** Leaves calls open until it is killed. */
  static final class ClientOfManyCalls {
    static final int CALLS = 55;

    private ClientOfManyCalls() {}

    public static void main(String[] args) throws Exception {
      ManagedChannel channel = UdsChannelBuilder.forPath(args[0]).build();
      for (int i = 0; i < CALLS; i++) {
        ClientCalls.asyncServerStreamingCall(
            channel.newCall(AttackService.WAIT, ByteEcho.within(60)), MESSAGE, new Recorder<>());
      }
      System.out.println("calling");
      while (System.in.read() >= 0) {}
      System.exit(0);
    }
  }

  /** The pool of the calls refuses tasks for a while; calls of that time may fail. */
  @Test
  void refusedThreadsEndNothing() throws Exception {
    server = AttackedServer.start("-Xmx256m", AttackServer.Option.FAILING_EXECUTOR.flag(true));
    server.refuseTasks();
    int failed = 0;
    Deadline deadline = Deadline.start();
    for (int inARow = 0; inARow < AttackServer.REFUSED; inARow++) {
      deadline.check(() -> "still failing");
      try {
        ClientCalls.blockingUnaryCall(channel(), AttackService.ECHO, ByteEcho.within(1), MESSAGE);
      } catch (StatusRuntimeException e) {
        failed++;
        inARow = 0;
      }
    }
    report("executor that refuses 40 tasks", failed + " calls failed");
    assertFalse(failed == 0, "nothing was refused");
  }
}
