package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.transport.UdsAddress;
import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ServerCredentials;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
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

  private final List<Stall> stalls = new ArrayList<>();

  private enum Kind {
    PLAIN,
    WITHOUT_INLINE_WRITES,
    TLS
  }

  @BeforeAll
  static void createIdentity() throws Exception {
    identity = Identity.create(certificates, "stuck", "localhost");
  }

  @AfterEach
  void close() throws Exception {
    for (Stall stall : stalls) {
      stall.relay.close();
    }
  }

  /** A channel to a server behind a relay that can stop reading. */
  private final class Stall {
    private final CountingExecutor executor = new CountingExecutor();
    private final StallingRelay relay;
    private final ManagedChannel channel;

    Stall(Kind kind, UnaryOperator<UdsChannelBuilder> options) throws Exception {
      String path = sockets.path("s" + stalls.size());
      String relayed = sockets.path("relay" + stalls.size());
      relay = new StallingRelay(relayed, path);
      stalls.add(this);
      sockets.start(
          UdsServerBuilder.forAddress(UdsAddress.ofPath(path), serverCredentials(kind))
              .flowControlWindow(WINDOW_BYTES)
              .maxInboundMessageSize(WINDOW_BYTES)
              .addService(new ByteEcho()));
      channel =
          sockets.open(
              options.apply(
                  UdsChannelBuilder.forPath(relayed, channelCredentials(kind))
                      .transportExecutor(executor)
                      .inlineWrites(kind != Kind.WITHOUT_INLINE_WRITES)));
    }

    /** A call whose request does not leave. */
    Future<byte[]> stuckCall() throws Exception {
      for (int i = 0; i < 5; i++) {
        ByteEcho.echo(channel, new byte[10]);
      }
      relay.stall();
      long stuckBefore = stuckThreads();
      Future<byte[]> answer =
          ClientCalls.futureUnaryCall(
              channel.newCall(ByteEcho.ECHO, CallOptions.DEFAULT), MORE_THAN_A_SOCKET_HOLDS);
      Await.until(() -> stuckThreads() > stuckBefore, () -> executor.running + " run");
      return answer;
    }

    void assertUnavailable(Future<byte[]> call) throws InterruptedException {
      ExecutionException e =
          assertThrows(
              ExecutionException.class, () -> call.get(Deadline.SECONDS, TimeUnit.SECONDS));
      assertEquals(Status.Code.UNAVAILABLE, Status.fromThrowable(e).getCode());
      Await.until(() -> executor.running.get() == 0, () -> executor.running + " run");
    }
  }

  private static ServerCredentials serverCredentials(Kind kind) throws IOException {
    return kind == Kind.TLS
        ? TlsServerCredentials.create(identity.certificate.toFile(), identity.key.toFile())
        : InsecureServerCredentials.create();
  }

  private static ChannelCredentials channelCredentials(Kind kind) throws IOException {
    return kind == Kind.TLS
        ? TlsChannelCredentials.newBuilder().trustManager(identity.certificate.toFile()).build()
        : InsecureChannelCredentials.create();
  }

  private static long stuckThreads() {
    return Thread.getAllStackTraces().values().stream()
        .flatMap(Arrays::stream)
        .filter(frame -> frame.getMethodName().equals("awaitWritable"))
        .count();
  }

  @ParameterizedTest
  @EnumSource
  void shutdownNowEndsThem(Kind kind) throws Exception {
    Stall stall = new Stall(kind, builder -> builder);
    Future<byte[]> call = stall.stuckCall();
    stall.channel.shutdownNow();
    stall.assertUnavailable(call);
  }

  /** All kinds at once, for it takes as long as gRPC's shortest keepalive. */
  @Test
  @Tag("long")
  void keepAliveEndsThem() throws Exception {
    Map<Stall, Future<byte[]>> calls = new LinkedHashMap<>();
    for (Kind kind : Kind.values()) {
      Stall stall =
          new Stall(
              kind,
              builder ->
                  builder
                      .keepAliveTime(MIN_KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                      .keepAliveTimeout(300, TimeUnit.MILLISECONDS));
      calls.put(stall, stall.stuckCall());
    }
    for (Map.Entry<Stall, Future<byte[]>> call : calls.entrySet()) {
      call.getKey().assertUnavailable(call.getValue());
    }
  }
}
