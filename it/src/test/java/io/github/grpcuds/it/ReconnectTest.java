package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.HelloReply;
import io.github.grpcuds.proto.HelloRequest;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.Background;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.grpc.ConnectivityState;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A channel connects as soon as its socket listens: in milliseconds, where gRPC's shortest back-off
 * takes 0.8 s. On a machine that is too busy to show that it is tried more than once.
 */
class ReconnectTest {
  private static final HelloRequest ANN = HelloRequest.newBuilder().setName("Ann").build();
  private static final long SOON_MILLIS = 600;
  private static final int TRIES = 5;
  private static final int MANY = 300;

  private static final Map<String, ?> FIVE_ATTEMPTS = RetryTest.retryPolicy(5, "0.1s");

  @RegisterExtension final Sockets sockets = new Sockets();
  @TempDir Path dir;

  private String path;

  @BeforeEach
  void choosePath() {
    path = dir.resolve("s").toString();
  }

  /** What has to be there for a socket to listen. */
  private interface Start {
    void run() throws Exception;
  }

  /** What a test needs of the world before its channel tries in vain. */
  private interface Setting {
    UdsChannelBuilder open() throws Exception;
  }

  private static void await(ManagedChannel channel, ConnectivityState state) {
    Await.until(() -> channel.getState(true) == state, () -> "is " + channel.getState(false));
  }

  private static long millisUntilReady(ManagedChannel channel) {
    long start = System.nanoTime();
    await(channel, ConnectivityState.READY);
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
  }

  /** A channel in a back-off that has only begun is READY long before its end. */
  private void assertReadySoon(Setting before, Start start) throws Exception {
    List<Long> times = new ArrayList<>();
    for (int i = 0; i < TRIES; i++) {
      ManagedChannel channel = sockets.open(before.open());
      await(channel, ConnectivityState.TRANSIENT_FAILURE);
      start.run();
      times.add(millisUntilReady(channel));
      if (times.get(i) < SOON_MILLIS) {
        return;
      }
      channel.shutdownNow();
    }
    throw new AssertionError("READY after so many milliseconds: " + times);
  }

  private UdsChannelBuilder next(int i) {
    path = dir.resolve("s" + i).toString();
    return UdsChannelBuilder.forPath(path);
  }

  private final AtomicInteger count = new AtomicInteger();

  private UdsChannelBuilder next() {
    return next(count.incrementAndGet());
  }

  private void serve() throws IOException {
    sockets.serve(path, new EchoGreeter());
  }

  @Test
  void aServerThatStarts() throws Exception {
    assertReadySoon(this::next, this::serve);
  }

  @Test
  void foldersThatAreMadeWithIt() throws Exception {
    assertReadySoon(
        () -> {
          path =
              dir.resolve("run" + count.incrementAndGet()).resolve("app").resolve("s").toString();
          return UdsChannelBuilder.forPath(path);
        },
        () -> {
          Files.createDirectories(Paths.get(path).getParent());
          serve();
        });
  }

  @Test
  void aFolderThatIsReplaced() throws Exception {
    assertReadySoon(
        () -> {
          Path folder = Files.createDirectory(dir.resolve("run" + count.incrementAndGet()));
          path = folder.resolve("s").toString();
          return UdsChannelBuilder.forPath(path);
        },
        () -> {
          Path folder = Paths.get(path).getParent();
          Files.move(folder, dir.resolve("old" + count));
          Files.createDirectory(folder);
          serve();
        });
  }

  /** What a server leaves that was killed. */
  private static void leaveStale(String path) throws IOException {
    UdsAddress other = UdsAddress.ofPath(path + ".live");
    try (ServerSocket live = new UdsServerSocketFactory(other).createServerSocket(0)) {
      assertTrue(live.isBound());
      Files.createLink(Paths.get(path), Paths.get(other.path()));
    }
  }

  @Test
  void aServerThatTakesOverTheFileOfAKilledOne() throws Exception {
    assertReadySoon(
        () -> {
          UdsChannelBuilder builder = next();
          leaveStale(path);
          return builder;
        },
        this::serve);
  }

  @Test
  void anAbstractName() throws Exception {
    UdsAddress[] address = new UdsAddress[1];
    assertReadySoon(
        () -> {
          address[0] = UdsAddress.ofAbstract("grpc-uds-" + UUID.randomUUID());
          assumeServed(address[0]);
          return UdsChannelBuilder.forAddress(address[0]);
        },
        () -> sockets.start(UdsServerBuilder.forAddress(address[0]).addService(new EchoGreeter())));
  }

  private static void assumeServed(UdsAddress address) {
    try {
      new UdsServerSocketFactory(address).createServerSocket(0).close();
    } catch (IOException e) {
      Assumptions.abort(e.getMessage());
    }
  }

  @Test
  void oneOfSeveralSockets() throws Exception {
    assertReadySoon(
        () -> {
          next();
          return UdsChannelBuilder.forTarget("unix:" + path + ".a," + path + "," + path + ".b")
              .defaultLoadBalancingPolicy("round_robin");
        },
        this::serve);
  }

  @Test
  void aTargetOfGrpc() throws Exception {
    assertReadySoon(
        () -> {
          next();
          return (UdsChannelBuilder)
              Grpc.newChannelBuilder("unix://" + path, InsecureChannelCredentials.create());
        },
        this::serve);
  }

  @Test
  void aServerWithTls() throws Exception {
    Identity server = Identity.localhost();
    assertReadySoon(
        () -> {
          next();
          return UdsChannelBuilder.forPath(path, server.trusted());
        },
        () ->
            sockets.start(
                UdsServerBuilder.forPath(path, server.serving()).addService(new EchoGreeter())));
  }

  @Test
  void aServerThatWasAwayForLong() throws Exception {
    ManagedChannel channel = sockets.open(next());
    await(channel, ConnectivityState.TRANSIENT_FAILURE);
    Thread.sleep(3000); // the time is what is tested: a back-off of 2 s at least is under way
    serve();
    long millis = millisUntilReady(channel);
    assertTrue(millis < 1500, "READY after " + millis + " ms");
  }

  @Test
  void manyChannelsAndTheirWaitingCalls() throws Exception {
    next();
    List<ManagedChannel> channels = new ArrayList<>();
    List<Recorder<HelloReply>> replies = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      ManagedChannel channel = sockets.channel(path);
      Recorder<HelloReply> reply = new Recorder<>();
      GreeterGrpc.newStub(channel).withWaitForReady().sayHello(ANN, reply);
      channels.add(channel);
      replies.add(reply);
    }
    for (ManagedChannel channel : channels) {
      await(channel, ConnectivityState.TRANSIENT_FAILURE);
    }
    serve();
    for (Recorder<HelloReply> reply : replies) {
      assertEquals("Hello Ann", reply.next().getMessage());
    }
  }

  /** Five attempts in less time than gRPC's shortest back-off takes; the server comes meanwhile. */
  @Test
  void aCallWithARetryPolicyIsAnswered() throws Exception {
    List<Object> ends = new ArrayList<>();
    for (int i = 0; i < TRIES; i++) {
      ManagedChannel channel = sockets.open(next().defaultServiceConfig(FIVE_ATTEMPTS));
      await(channel, ConnectivityState.TRANSIENT_FAILURE);
      long begun = System.nanoTime();
      Background<?> start = Background.start("server", this::startServer);
      try {
        assertEquals("Hello Ann", GreeterGrpc.newBlockingStub(channel).sayHello(ANN).getMessage());
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        if (millis < SOON_MILLIS) {
          return;
        }
        ends.add(millis + " ms");
      } catch (StatusRuntimeException e) {
        ends.add(e);
      } finally {
        start.result();
      }
    }
    throw new AssertionError("not answered soon: " + ends);
  }

  private Object startServer() throws IOException {
    return sockets.serve(path, new EchoGreeter());
  }

  @Test
  void theOptionIsOff() throws Exception {
    ManagedChannel channel = sockets.open(next().watchSocket(false));
    await(channel, ConnectivityState.TRANSIENT_FAILURE);
    serve();
    long millis = millisUntilReady(channel);
    assertTrue(millis > 100, "READY after " + millis + " ms");
  }

  /** It is gRPC's back-off that spares a server which takes connections and drops them. */
  @Test
  void aServerThatDropsItsConnectionsIsSpared() throws Exception {
    next();
    try (RawServer server = new RawServer(path, Socket::close)) {
      ManagedChannel channel = sockets.channel(path);
      await(channel, ConnectivityState.TRANSIENT_FAILURE);
      long start = System.nanoTime();
      Thread.sleep(500); // in which nothing is to happen
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
      int connects = server.connections.get();
      assertTrue(connects <= 2 + seconds, connects + " connects in " + seconds + " s");
    }
  }
}
