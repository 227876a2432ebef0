package io.github.grpcuds.android;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import android.net.LocalSocketAddress.Namespace;
import dalvik.system.BlockGuard;
import io.github.grpcuds.server.PeerIdentity;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.testkit.UncaughtExceptions;
import io.github.grpcuds.transport.PeerCredentials;
import io.github.grpcuds.transport.PeerPolicy;
import io.github.grpcuds.transport.UdsAddress;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ConnectivityState;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** gRPC calls between a client and a server that both run on Android's sockets. */
@ExtendWith(UncaughtExceptions.class)
final class AndroidCallsTest {
  @TempDir Path dir;
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final List<Server> servers = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (ManagedChannel channel : channels) {
      channel.shutdownNow();
    }
    for (Server server : servers) {
      server.shutdownNow();
      assertTrue(server.awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS));
    }
  }

  private String path() {
    return dir.resolve("s").toString();
  }

  private Server start(UdsServerBuilder builder) throws Exception {
    Server server = builder.addService(Echo.service()).build().start();
    servers.add(server);
    return server;
  }

  private ManagedChannel channel(ManagedChannelBuilder<?> builder) {
    ManagedChannel channel = builder.build();
    channels.add(channel);
    return channel;
  }

  private ManagedChannel toPath() {
    return channel(UdsChannelBuilder.forPath(path(), Namespace.FILESYSTEM));
  }

  private static CallOptions options() {
    return CallOptions.DEFAULT.withDeadlineAfter(Deadline.SECONDS, TimeUnit.SECONDS);
  }

  private static byte[] call(Channel channel, byte[] request) {
    return ClientCalls.blockingUnaryCall(channel, Echo.UNARY, options(), request);
  }

  private static void assertEchoes(Channel channel) {
    assertEquals("hello", new String(call(channel, "hello".getBytes(UTF_8)), UTF_8));
  }

  @Test
  void callsGoOverASocketFile() throws Exception {
    Server server = start(UdsServerBuilder.forPath(path()));
    ManagedChannel channel = toPath();
    for (int i = 0; i < 100; i++) {
      assertEchoes(channel);
    }
    assertTrue(server.getListenSockets().contains(UdsAddress.ofPath(path())));
    server.shutdownNow();
    assertTrue(server.awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS));
    assertFalse(Files.exists(dir.resolve("s")));
  }

  @Test
  void callsGoOverAnAbstractName() throws Exception {
    String name = "grpcuds " + dir;
    start(UdsServerBuilder.forAddress(UdsAddress.ofAbstract(name)));
    assertEchoes(channel(UdsChannelBuilder.forPath(name, Namespace.ABSTRACT)));
  }

  @Test
  void reservedNamesAreThoseOfTheSystemsFolder() {
    ManagedChannel channel = channel(UdsChannelBuilder.forPath("no-such", Namespace.RESERVED));
    StatusRuntimeException e =
        assertThrows(StatusRuntimeException.class, () -> call(channel, new byte[1]));
    assertEquals(Status.Code.UNAVAILABLE, e.getStatus().getCode());
    assertTrue(e.getMessage().contains("/dev/socket/no-such"), e.getMessage());
  }

  @Test
  void largeMessagesAndStreamsArriveWhole() throws Exception {
    start(UdsServerBuilder.forPath(path()).maxInboundMessageSize(8 << 20));
    ManagedChannel channel =
        channel(
            UdsChannelBuilder.forPath(path(), Namespace.FILESYSTEM).maxInboundMessageSize(8 << 20));
    byte[] large = new byte[6 << 20];
    for (int i = 0; i < large.length; i++) {
      large[i] = (byte) (i * 31);
    }
    assertArrayEquals(large, call(channel, large));
    Iterator<byte[]> many =
        ClientCalls.blockingServerStreamingCall(channel, Echo.MANY, options(), new byte[2000]);
    int count = 0;
    while (many.hasNext()) {
      assertEquals(2000, many.next().length);
      count++;
    }
    assertEquals(2000, count);
  }

  @Test
  void deadlinesEndCallsThatAreNotAnswered() throws Exception {
    start(UdsServerBuilder.forPath(path()));
    ManagedChannel channel = toPath();
    CallOptions soon = CallOptions.DEFAULT.withDeadlineAfter(50, TimeUnit.MILLISECONDS);
    StatusRuntimeException e =
        assertThrows(
            StatusRuntimeException.class,
            () -> ClientCalls.blockingUnaryCall(channel, Echo.NEVER, soon, new byte[1]));
    assertEquals(Status.Code.DEADLINE_EXCEEDED, e.getStatus().getCode());
    assertEchoes(channel);
  }

  @Test
  void channelConnectsOnceTheServerIsThere() throws Exception {
    ManagedChannel channel = toPath();
    StatusRuntimeException e =
        assertThrows(StatusRuntimeException.class, () -> call(channel, new byte[1]));
    assertTrue(e.getMessage().contains("No such socket"), e.getMessage());
    start(UdsServerBuilder.forPath(path()));
    byte[] answer =
        ClientCalls.blockingUnaryCall(
            channel, Echo.UNARY, options().withWaitForReady(), new byte[3]);
    assertEquals(3, answer.length);
  }

  @Test
  void channelNoticesThatTheServerIsGone() throws Exception {
    Server server = start(UdsServerBuilder.forPath(path()));
    ManagedChannel channel = toPath();
    assertEchoes(channel);
    server.shutdownNow();
    Await.until(() -> channel.getState(false) != ConnectivityState.READY, () -> "still connected");
  }

  @Test
  void serverKnowsItsPeers() throws Exception {
    PeerCredentials[] seen = new PeerCredentials[1];
    start(
        UdsServerBuilder.forPath(path())
            .peerPolicy(PeerPolicy.sameUser())
            .intercept(PeerIdentity.interceptor())
            .intercept(
                new io.grpc.ServerInterceptor() {
                  @Override
                  public <Q, A> io.grpc.ServerCall.Listener<Q> interceptCall(
                      io.grpc.ServerCall<Q, A> call,
                      io.grpc.Metadata headers,
                      io.grpc.ServerCallHandler<Q, A> next) {
                    seen[0] = PeerIdentity.of(call);
                    return next.startCall(call, headers);
                  }
                }));
    assertEchoes(
        channel(
            UdsChannelBuilder.forPath(path(), Namespace.FILESYSTEM)
                .serverPolicy(PeerPolicy.sameUser())));
    assertEquals(Files.getAttribute(dir, "unix:uid"), seen[0].uid());
  }

  @Test
  void peersOfOtherUsersAreRefused() throws Exception {
    int stranger = (Integer) Files.getAttribute(dir, "unix:uid") + 1;
    start(UdsServerBuilder.forPath(path()).peerPolicy(PeerPolicy.uid(stranger)));
    StatusRuntimeException e =
        assertThrows(StatusRuntimeException.class, () -> call(toPath(), new byte[1]));
    assertEquals(Status.Code.UNAVAILABLE, e.getStatus().getCode());
  }

  @Test
  void connectionsOverTheLimitWaitOrEnd() throws Exception {
    start(UdsServerBuilder.forPath(path()).maxConnections(1));
    ManagedChannel first = toPath();
    assertEchoes(first);
    ManagedChannel second = toPath();
    CallOptions soon = CallOptions.DEFAULT.withDeadlineAfter(300, TimeUnit.MILLISECONDS);
    assertThrows(
        StatusRuntimeException.class,
        () -> ClientCalls.blockingUnaryCall(second, Echo.UNARY, soon, new byte[1]));
    assertEchoes(first);
    first.shutdownNow();
    byte[] answer =
        ClientCalls.blockingUnaryCall(
            second, Echo.UNARY, options().withWaitForReady(), new byte[1]);
    assertEquals(1, answer.length);
  }

  /** gRPC asks no ServiceLoader where it finds android.app.Application. */
  @Test
  void targetsAreKnownOnceRegistered() throws Exception {
    UdsProviders.register();
    UdsProviders.register();
    start(UdsServerBuilder.forPath(path()));
    assertEchoes(
        channel(Grpc.newChannelBuilder("unix://" + path(), InsecureChannelCredentials.create())));
    assertEchoes(channel(ManagedChannelBuilder.forTarget("unix:" + path()).usePlaintext()));
  }

  /** Android throws NetworkOnMainThreadException there, whatever the socket. */
  @Test
  void callsOfTheMainThreadUseNoNetwork() throws Exception {
    start(UdsServerBuilder.forPath(path()));
    ManagedChannel channel = toPath();
    MainThreadPolicy policy = new MainThreadPolicy();
    BlockGuard.setThreadPolicy(policy);
    try {
      for (int i = 0; i < 10; i++) {
        assertEchoes(channel);
      }
      assertEquals(100_000, call(channel, new byte[100_000]).length);
      channel.shutdownNow();
    } finally {
      BlockGuard.setThreadPolicy(BlockGuard.LAX_POLICY);
    }
    assertEquals(new ArrayList<>(), policy.violations);
  }

  /** As StrictMode has it for an app's main thread. */
  private static final class MainThreadPolicy implements BlockGuard.Policy {
    final List<String> violations = new ArrayList<>();

    @Override
    public void onNetwork() {
      violations.add("network: " + Arrays.toString(new Throwable().getStackTrace()));
      throw new IllegalStateException("network on the main thread");
    }

    @Override
    public void onWriteToDisk() {}

    @Override
    public void onReadFromDisk() {}

    @Override
    public int getPolicyMask() {
      return 0;
    }
  }

  @Test
  void fewThreadsServeManyConnections() throws Exception {
    start(UdsServerBuilder.forPath(path()).ioThreads(1));
    List<ManagedChannel> many = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      many.add(toPath());
      assertEchoes(many.get(i));
    }
    long loops =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("grpc-uds-io-"))
            .filter(thread -> !thread.getName().contains("monitor"))
            .count();
    assertEquals(1, loops);
    for (ManagedChannel channel : many) {
      assertEchoes(channel);
    }
  }
}
