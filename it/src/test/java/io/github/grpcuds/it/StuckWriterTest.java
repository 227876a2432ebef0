package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.transport.UdsAddress;
import io.grpc.CallOptions;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.stub.ClientCalls;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Threads that write to a server that has stopped reading are given back, with their calls. */
class StuckWriterTest {
  private static final byte[] MORE_THAN_A_SOCKET_HOLDS = new byte[20_000_000];
  private static final int WINDOW_BYTES = 32 << 20;

  /** A channel of gRPC's takes less for a mistake, and this instead. */
  private static final int MIN_KEEPALIVE_SECONDS = 10;

  @TempDir static Path certificates;

  private static Identity identity;

  @RegisterExtension final Sockets sockets = new Sockets();

  private final CountingExecutor executor = new CountingExecutor();
  private StallingRelay relay;

  private enum Kind {
    PLAIN,
    WITHOUT_INLINE_WRITES,
    TLS
  }

  @BeforeAll
  static void createIdentity() throws Exception {
    identity = Identity.create(certificates, "stuck", "localhost");
  }

  @BeforeEach
  void relay() throws Exception {
    relay = new StallingRelay(sockets.path("relay"), sockets.path("s"));
  }

  @AfterEach
  void close() throws Exception {
    relay.close();
  }

  private ManagedChannel channel(Kind kind, UnaryOperator<UdsChannelBuilder> options)
      throws Exception {
    boolean tls = kind == Kind.TLS;
    sockets.start(
        UdsServerBuilder.forAddress(
                UdsAddress.ofPath(sockets.path("s")),
                tls
                    ? TlsServerCredentials.create(
                        identity.certificate.toFile(), identity.key.toFile())
                    : InsecureServerCredentials.create())
            .flowControlWindow(WINDOW_BYTES)
            .maxInboundMessageSize(WINDOW_BYTES)
            .addService(new ByteEcho()));
    UdsChannelBuilder builder =
        UdsChannelBuilder.forPath(
            sockets.path("relay"),
            tls
                ? TlsChannelCredentials.newBuilder()
                    .trustManager(identity.certificate.toFile())
                    .build()
                : InsecureChannelCredentials.create());
    return sockets.open(
        options.apply(
            builder.transportExecutor(executor).inlineWrites(kind != Kind.WITHOUT_INLINE_WRITES)));
  }

  /** A call whose request does not leave. */
  private Future<byte[]> stuckCall(ManagedChannel channel) throws Exception {
    for (int i = 0; i < 5; i++) {
      ByteEcho.echo(channel, new byte[10]);
    }
    relay.stall();
    Future<byte[]> answer =
        ClientCalls.futureUnaryCall(
            channel.newCall(ByteEcho.ECHO, CallOptions.DEFAULT), MORE_THAN_A_SOCKET_HOLDS);
    Await.until(StuckWriterTest::isStuck, () -> executor.running + " run");
    return answer;
  }

  private static boolean isStuck() {
    return Thread.getAllStackTraces().values().stream()
        .flatMap(Arrays::stream)
        .anyMatch(frame -> frame.getMethodName().equals("awaitWritable"));
  }

  private static void assertUnavailable(Future<byte[]> call) {
    ExecutionException e =
        assertThrows(ExecutionException.class, () -> call.get(Deadline.SECONDS, TimeUnit.SECONDS));
    assertEquals(Status.Code.UNAVAILABLE, Status.fromThrowable(e).getCode());
  }

  private void awaitNoThread() throws InterruptedException {
    Await.until(() -> executor.running.get() == 0, () -> executor.running + " run");
  }

  @ParameterizedTest
  @EnumSource
  void shutdownNowEndsThem(Kind kind) throws Exception {
    ManagedChannel channel = channel(kind, builder -> builder);
    Future<byte[]> call = stuckCall(channel);
    channel.shutdownNow();
    assertUnavailable(call);
    awaitNoThread();
  }

  @ParameterizedTest
  @EnumSource
  @Tag("long")
  void keepAliveEndsThem(Kind kind) throws Exception {
    ManagedChannel channel =
        channel(
            kind,
            builder ->
                builder
                    .keepAliveTime(MIN_KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                    .keepAliveTimeout(300, TimeUnit.MILLISECONDS));
    Future<byte[]> call = stuckCall(channel);
    assertUnavailable(call);
    awaitNoThread();
  }
}
