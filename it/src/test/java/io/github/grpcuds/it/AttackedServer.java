package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.testkit.ChildJvm;
import io.github.grpcuds.testkit.ChildProcess;
import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.testkit.Machine;
import io.github.grpcuds.transport.UdsAddress;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** An {@link AttackServer} in a process of its own, as the test sees it. */
final class AttackedServer implements AutoCloseable {
  private static final String ENGINE = System.getProperty("grpcuds.attack.server", "uds");
  private static final int CALL_THREADS = Integer.getInteger("grpcuds.attack.callThreads", 0);
  private static final int WARM_UP_CALLS = 200;

  private final ChildProcess process;
  private final Path folder;
  private final ChannelCredentials credentials;

  private AttackedServer(ChildProcess process, Path folder, ChannelCredentials credentials) {
    this.process = process;
    this.folder = folder;
    this.credentials = credentials;
  }

  /** Starts one in plain text; the arguments are for its JVM. */
  static AttackedServer start(String... jvmArgs) throws Exception {
    return start(InsecureChannelCredentials.create(), Arrays.asList(jvmArgs), "exec \"$@\"");
  }

  static AttackedServer startWithTls(Identity identity, String... jvmArgs) throws Exception {
    List<String> args = new ArrayList<>(Arrays.asList(jvmArgs));
    args.add(AttackServer.Option.CERTIFICATE.flag(identity.certificate));
    args.add(AttackServer.Option.KEY.flag(identity.key));
    ChannelCredentials credentials =
        TlsChannelCredentials.newBuilder().trustManager(identity.certificate.toFile()).build();
    return start(credentials, args, "exec \"$@\"");
  }

  /**
   * Starts one in plain text from a shell.
   *
   * @param script what runs "$@", the command of the server
   */
  static AttackedServer startFromShell(String script, String... jvmArgs) throws Exception {
    return start(InsecureChannelCredentials.create(), Arrays.asList(jvmArgs), script);
  }

  private static AttackedServer start(
      ChannelCredentials credentials, List<String> jvmArgs, String script) throws Exception {
    Path folder = Files.createTempDirectory("uds");
    ChildJvm jvm =
        new ChildJvm(AttackServer.class)
            .by("bash", "-c", script, "bash")
            .sameBackend()
            .options("-Dio.netty.maxDirectMemory=0") // then the JVM counts Netty's buffers
            .options(AttackServer.Option.ENGINE.flag(ENGINE))
            .options(AttackServer.Option.CALL_THREADS.flag(CALL_THREADS))
            .options(AttackServer.Option.PATH.flag(folder.resolve("s")))
            .options(jvmArgs.toArray(new String[0]));
    AttackedServer server = new AttackedServer(jvm.start(), folder, credentials);
    server.process.hear("listening");
    server.warmUp();
    return server;
  }

  private void warmUp() {
    ManagedChannel channel = channel();
    for (int i = 0; i < WARM_UP_CALLS; i++) {
      assertEquals(i % 100, echo(channel, new byte[i % 100]).length);
    }
    channel.shutdownNow();
  }

  static byte[] echo(ManagedChannel channel, byte[] message) {
    return ClientCalls.blockingUnaryCall(
        channel, AttackService.ECHO, ByteEcho.within(Victim.TIMEOUT_SECONDS), message);
  }

  String path() {
    return folder.resolve("s").toString();
  }

  ManagedChannel channel() {
    return channelBuilder().build();
  }

  UdsChannelBuilder channelBuilder() {
    return UdsChannelBuilder.forAddress(UdsAddress.ofPath(path()), credentials);
  }

  /** What it holds now; collects its garbage first. */
  synchronized ServerStats stats() throws Exception {
    process.say("stats");
    return ServerStats.parse(process.hear("stats:"));
  }

  /** Its executor refuses the next tasks, if it is one that fails. */
  synchronized void refuseTasks() throws IOException {
    process.say("refuse");
  }

  /** Something in it fills its heap, again and again for a while. */
  synchronized void fillHeap(int millis) throws IOException {
    process.say("fill " + millis);
  }

  /** Whether that is over. */
  boolean heapWasFilled() {
    return process.output().contains("filled");
  }

  /** Ends the server and not the process: "true" if it has terminated. */
  synchronized String shutDown() throws Exception {
    process.say("shut down");
    return process.hear("terminated:");
  }

  /** All lines it has printed but for the statistics. */
  List<String> log() {
    List<String> lines = process.output();
    lines.removeIf(line -> line.startsWith("stats:"));
    return lines;
  }

  /**
   * Waits until all is about what it was, and returns what it is then or after a time, or a longer
   * one if the machine is busy.
   */
  ServerStats awaitLike(ServerStats before, long heapTolerance, long millis) throws Exception {
    ServerStats after = awaitLikeUntil(before, heapTolerance, inMillis((double) millis));
    return after.isLike(before, heapTolerance)
        ? after
        : awaitLikeUntil(before, heapTolerance, inMillis((Machine.allowance() - 1) * millis));
  }

  private static Deadline inMillis(double millis) {
    return Deadline.after((long) millis, TimeUnit.MILLISECONDS);
  }

  private ServerStats awaitLikeUntil(ServerStats before, long heapTolerance, Deadline deadline)
      throws Exception {
    ServerStats now = stats();
    while (!deadline.isPast() && !now.isLike(before, heapTolerance)) {
      now = stats();
    }
    return now;
  }

  @Override
  public void close() throws IOException {
    try {
      process.kill();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Files.deleteIfExists(Paths.get(path()));
    try (Stream<Path> left = Files.list(folder)) {
      for (Path file : (Iterable<Path>) left::iterator) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
