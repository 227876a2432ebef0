package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.HelloRequest;
import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whatever a server does not do, an attempt to connect to it ends, and says what was missing. */
class ConnectTimeoutTest {
  private static final HelloRequest ANN = HelloRequest.newBuilder().setName("Ann").build();
  private static final int TIMEOUT_MILLIS = 200;
  private static final int LONGEST_MILLIS = 30_000;
  private static final long LIMIT_SECONDS = 60; // of a call, for a machine that is busy
  private static final ChannelCredentials PLAIN = InsecureChannelCredentials.create();

  @RegisterExtension final Sockets sockets = new Sockets();

  private final CountingExecutor executor = new CountingExecutor();
  private String path;
  private ServerSocket silent; // null in tests that have another server

  @BeforeEach
  void choosePath() {
    path = sockets.path("s");
  }

  private static ChannelCredentials tls() throws IOException {
    return Identity.localhost().trusted();
  }

  /** The kernel connects its clients, and it never accepts them. */
  private void serveSilently() throws IOException {
    silent = new UdsServerSocketFactory(UdsAddress.ofPath(path)).createServerSocket(0, 50);
  }

  @AfterEach
  void close() throws IOException {
    if (silent != null) {
      silent.close();
    }
  }

  private SilentTlsServer silentAfterHandshake() throws IOException {
    return new SilentTlsServer(path, Identity.localhost());
  }

  private ManagedChannel channel(ChannelCredentials creds, int timeoutMillis) {
    return sockets.open(
        UdsChannelBuilder.forPath(path, creds)
            .transportExecutor(executor)
            .connectTimeout(timeoutMillis, TimeUnit.MILLISECONDS));
  }

  private static Status failure(ManagedChannel channel) {
    return assertThrows(
            StatusRuntimeException.class,
            () ->
                GreeterGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(LIMIT_SECONDS, TimeUnit.SECONDS)
                    .sayHello(ANN))
        .getStatus();
  }

  /** With more time for a machine that is too busy to come as far as that in less. */
  private void assertTimesOut(ChannelCredentials creds, String missing) throws Exception {
    Status status;
    int millis = TIMEOUT_MILLIS;
    do {
      ManagedChannel channel = channel(creds, millis);
      status = failure(channel);
      channel.shutdownNow();
      assertEquals(Status.Code.UNAVAILABLE, status.getCode(), status.toString());
      assertTrue(
          status
              .getDescription()
              .startsWith("Connect timed out after " + millis + " ms: unix:" + path + ": "),
          status.toString());
      millis *= 3;
    } while (!status.getDescription().contains(missing) && millis < LONGEST_MILLIS);
    assertTrue(status.getDescription().contains(missing), status.toString());
    awaitNoTasks();
  }

  private void awaitNoTasks() {
    Await.until(() -> executor.running.get() == 0, () -> executor.running + " threads are busy");
  }

  @Test
  void aServerWithoutSettings() throws Exception {
    serveSilently();
    assertTimesOut(PLAIN, "has not sent its HTTP/2 SETTINGS");
  }

  @Test
  void aServerThatShakesNoHands() throws Exception {
    serveSilently();
    assertTimesOut(tls(), "the TLS handshake is not done");
  }

  @Test
  void aServerThatIsSilentAfterTheHandshake() throws Exception {
    try (SilentTlsServer tlsServer = silentAfterHandshake()) {
      assertTimesOut(tls(), "has not sent its HTTP/2 SETTINGS");
      assertTrue(tlsServer.shaken.await(LIMIT_SECONDS, TimeUnit.SECONDS), "no handshake");
    }
  }

  @Test
  void aServerOfGrpcByTarget() throws Exception {
    serveSilently();
    ManagedChannel channel =
        sockets.add(
            ((UdsChannelBuilder) Grpc.newChannelBuilder("unix:" + path, PLAIN))
                .connectTimeout(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                .build());
    assertTrue(failure(channel).getDescription().contains("timed out after 200 ms"));
  }

  @Test
  void pickFirstGoesOnToTheServerThatAnswers() throws Exception {
    String good = sockets.path("good");
    sockets.serve(good, new EchoGreeter());
    serveSilently();
    ManagedChannel channel =
        sockets.open(
            UdsChannelBuilder.forTarget("unix:" + path + "," + good)
                .connectTimeout(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS));
    assertEquals(
        "Hello Ann",
        GreeterGrpc.newBlockingStub(channel)
            .withWaitForReady() // for a machine that is too busy for the time-out
            .withDeadlineAfter(LIMIT_SECONDS, TimeUnit.SECONDS)
            .sayHello(ANN)
            .getMessage());
  }

  /** At once, though a busy machine may take its time, and with no thread left. */
  private void assertTerminates(ManagedChannel channel) throws Exception {
    long start = System.nanoTime();
    assertTrue(channel.awaitTermination(LIMIT_SECONDS, TimeUnit.SECONDS), "not terminated");
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    assertTrue(millis < 5000, "terminated after " + millis + " ms");
    awaitNoTasks();
  }

  private ManagedChannel stuckAt(ChannelCredentials creds) throws Exception {
    ManagedChannel channel = channel(creds, 100_000);
    channel.getState(true);
    Await.until(() -> executor.running.get() > 0, () -> "nothing has begun");
    return channel;
  }

  @Test
  void shutdownNowTerminatesWithoutSettings() throws Exception {
    serveSilently();
    assertTerminates(stuckAt(PLAIN).shutdownNow());
  }

  @Test
  void shutdownNowTerminatesInTheHandshake() throws Exception {
    serveSilently();
    assertTerminates(stuckAt(tls()).shutdownNow());
  }

  @Test
  void shutdownTerminatesInTheHandshake() throws Exception {
    serveSilently();
    assertTerminates(stuckAt(tls()).shutdown());
  }

  @Test
  void shutdownNowTerminatesAfterTheHandshake() throws Exception {
    try (SilentTlsServer tlsServer = silentAfterHandshake()) {
      ManagedChannel channel = stuckAt(tls());
      assertTrue(tlsServer.shaken.await(LIMIT_SECONDS, TimeUnit.SECONDS), "no handshake");
      assertTerminates(channel.shutdownNow());
    }
  }
}
