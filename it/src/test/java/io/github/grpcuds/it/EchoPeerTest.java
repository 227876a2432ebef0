package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.ListenableFuture;
import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.ChildJvm;
import io.github.grpcuds.testkit.ChildProcess;
import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.transport.UdsAddress;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A program in another language, on another gRPC, as the client of our server and the reverse. It
 * is the other side of {@link ByteEcho}: {@code PROGRAM serve TARGET} and {@code PROGRAM call
 * TARGET CHECK}, with {@code tls FOLDER} or {@code mtls FOLDER} before them.
 */
abstract class EchoPeerTest {
  private static final Metadata.Key<String> TAG =
      Metadata.Key.of("tag", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<byte[]> DATA =
      Metadata.Key.of("data-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private static final int CALLERS = 16;

  @RegisterExtension final Sockets sockets = new Sockets();

  private ChildProcess peerServer;

  /** What starts it, without arguments; aborts the test if it is not here. */
  abstract List<String> program();

  /** Whether it knows abstract names. */
  boolean hasAbstractNames() {
    return true;
  }

  private ChildProcess start(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(program());
    command.addAll(Arrays.asList(arguments));
    return ChildProcess.start(command);
  }

  private String target(String scheme) {
    if (scheme.equals("unix")) {
      return "unix:" + sockets.path("s");
    }
    Assumptions.assumeTrue(hasAbstractNames(), "it knows no abstract names");
    Assumptions.assumeTrue(
        System.getProperty("os.name").startsWith("Linux"), "abstract names are Linux's");
    Assumptions.assumeFalse(
        "jdk".equals(System.getProperty("grpcuds.backend")), "backend jdk has no abstract names");
    return "unix-abstract:" + UUID.randomUUID();
  }

  private ByteEcho serve(String target) throws IOException {
    ByteEcho service = new ByteEcho();
    sockets.start(
        UdsServerBuilder.forAddress(UdsAddress.parse(target))
            .addService(service)
            .intercept(new MetadataEcho()));
    return service;
  }

  private void assertPasses(String target, String... check) throws Exception {
    List<String> arguments = new ArrayList<>(Arrays.asList("call", target));
    arguments.addAll(Arrays.asList(check));
    try (ChildProcess client = start(arguments.toArray(new String[0]))) {
      assertPassed(client);
    }
  }

  private static void assertPassed(ChildProcess client) throws InterruptedException {
    assertEquals(0, client.awaitExit(), () -> "it said " + client.output());
    client.hear("passed");
  }

  private void servePeer(String target) throws Exception {
    start(start("serve", target));
  }

  private void start(ChildProcess server) throws Exception {
    peerServer = server;
    server.hear("listening");
  }

  @AfterEach
  void stopPeer() throws IOException {
    if (peerServer != null) {
      peerServer.close();
    }
  }

  private ManagedChannel channel(String target) {
    return sockets.open(UdsChannelBuilder.forTarget(target));
  }

  @ParameterizedTest
  @CsvSource({"unix, 0", "unix, 100", "unix, 1000000", "unix-abstract, 1000000"})
  void itsClientCallsOurServer(String scheme, String size) throws Exception {
    String target = target(scheme);
    serve(target);
    assertPasses(target, "kinds", size);
  }

  @Test
  void itsClientCompresses() throws Exception {
    String target = target("unix");
    serve(target);
    assertPasses(target, "gzip", "100000");
  }

  @Test
  void itsClientMakesAThousandCallsAtOnce() throws Exception {
    String target = target("unix");
    serve(target);
    assertPasses(target, "many", "1000");
  }

  @Test
  void metadataOfItsClient() throws Exception {
    String target = target("unix");
    serve(target);
    assertPasses(target, "metadata");
  }

  @Test
  void itsClientLearnsThatItsMetadataIsTooLarge() throws Exception {
    String target = target("unix");
    serve(target);
    assertPasses(target, "limit");
  }

  @Test
  void deadlineOfItsClientReachesOurServer() throws Exception {
    String target = target("unix");
    ByteEcho service = serve(target);
    assertPasses(target, "deadline");
    assertTrue(
        service.waitCancelled.await(Deadline.SECONDS, TimeUnit.SECONDS), "the server was not told");
  }

  @Test
  void cancellationByItsClientReachesOurServer() throws Exception {
    String target = target("unix");
    ByteEcho service = serve(target);
    assertPasses(target, "cancel");
    assertTrue(
        service.waitCancelled.await(Deadline.SECONDS, TimeUnit.SECONDS), "the server was not told");
  }

  @ParameterizedTest
  @CsvSource({"unix, 0", "unix, 100", "unix, 1000000", "unix-abstract, 1000000"})
  void ourClientCallsItsServer(String scheme, int size) throws Exception {
    String target = target(scheme);
    servePeer(target);
    ByteEcho.callInEveryKind(channel(target), size);
  }

  @Test
  void ourClientCompresses() throws Exception {
    String target = target("unix");
    servePeer(target);
    byte[] message = new byte[100_000];
    byte[] answer =
        ClientCalls.blockingUnaryCall(
            channel(target),
            ByteEcho.ECHO,
            ByteEcho.within(Deadline.SECONDS).withCompression("gzip"),
            message);
    assertArrayEquals(message, answer);
  }

  @Test
  void ourClientMakesAThousandCallsAtOnce() throws Exception {
    String target = target("unix");
    servePeer(target);
    ManagedChannel channel = channel(target);
    List<ListenableFuture<byte[]>> answers = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      answers.add(
          ClientCalls.futureUnaryCall(
              channel.newCall(ByteEcho.ECHO, ByteEcho.within(Deadline.SECONDS)),
              String.valueOf(i).getBytes(StandardCharsets.UTF_8)));
    }
    for (int i = 0; i < 1000; i++) {
      byte[] answer = answers.get(i).get(Deadline.SECONDS, TimeUnit.SECONDS);
      assertEquals(String.valueOf(i), new String(answer, StandardCharsets.UTF_8));
    }
  }

  @Test
  void metadataOfItsServer() throws Exception {
    String target = target("unix");
    byte[] data = ByteEcho.random(256);
    Metadata sent = new Metadata();
    sent.put(TAG, "x");
    sent.put(DATA, data);
    AtomicReference<Metadata> headers = new AtomicReference<>();
    AtomicReference<Metadata> trailers = new AtomicReference<>();
    servePeer(target);
    Channel channel =
        ClientInterceptors.intercept(
            channel(target),
            MetadataUtils.newAttachHeadersInterceptor(sent),
            MetadataUtils.newCaptureMetadataInterceptor(headers, trailers));
    ByteEcho.echo(channel, new byte[0]);
    assertEquals("got x", headers.get().get(TAG));
    assertArrayEquals(data, trailers.get().get(DATA));
  }

  @Test
  void deadlineOfOursReachesItsServer() throws Exception {
    String target = target("unix");
    servePeer(target);
    ManagedChannel channel = channel(target);
    ByteEcho.echo(channel, new byte[0]);
    // On a busy machine, time may be over before the call has reached its handler.
    for (long millis = 500; !peerServer.output().contains("wait began"); millis *= 2) {
      assertTrue(millis < 60_000, "no call arrived");
      Recorder<byte[]> answers = new Recorder<>();
      CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(millis, TimeUnit.MILLISECONDS);
      ClientCalls.asyncServerStreamingCall(
          channel.newCall(ByteEcho.WAIT, options), new byte[0], answers);
      assertEquals(Status.Code.DEADLINE_EXCEEDED, answers.status().getCode());
    }
    peerServer.hear("wait ended");
  }

  @Test
  void cancellationByUsReachesItsServer() throws Exception {
    String target = target("unix");
    servePeer(target);
    ClientCall<byte[], byte[]> call = channel(target).newCall(ByteEcho.WAIT, ByteEcho.within(60));
    Recorder<byte[]> answers = new Recorder<>();
    ClientCalls.asyncServerStreamingCall(call, new byte[0], answers);
    peerServer.hear("wait began");
    call.cancel("enough", null);
    assertEquals(Status.Code.CANCELLED, answers.status().getCode());
    peerServer.hear("wait ended");
  }

  @Test
  void itsClientWaitsForOurServer() throws Exception {
    String target = target("unix");
    try (ChildProcess client = start("call", target, "early")) {
      client.hear("unavailable");
      serve(target);
      assertPassed(client);
    }
  }

  @Test
  void ourClientWaitsForItsServer() throws Exception {
    String target = target("unix");
    byte[] message = ByteEcho.random(100);
    ManagedChannel channel = channel(target);
    assertEquals(Status.Code.UNAVAILABLE, failure(channel, message));
    ListenableFuture<byte[]> answer = echoOnceServed(channel, message);
    servePeer(target);
    assertArrayEquals(message, answer.get(Deadline.SECONDS, TimeUnit.SECONDS));
  }

  private static Status.Code failure(Channel channel, byte[] message) {
    StatusRuntimeException e =
        assertThrows(StatusRuntimeException.class, () -> ByteEcho.echo(channel, message));
    return e.getStatus().getCode();
  }

  private static ListenableFuture<byte[]> echoOnceServed(Channel channel, byte[] message) {
    CallOptions options = ByteEcho.within(Deadline.SECONDS).withWaitForReady();
    return ClientCalls.futureUnaryCall(channel.newCall(ByteEcho.ECHO, options), message);
  }

  /** Each call under way has its answer or is UNAVAILABLE; the next server has the later ones. */
  @Test
  void itsClientGoesOnAfterOurServerWasKilled() throws Exception {
    String target = target("unix");
    try (ChildProcess first = ourServer(target);
        ChildProcess client = start("call", target, "load")) {
      client.hear("answered");
      first.kill();
      client.hear("unavailable");
      try (ChildProcess second = ourServer(target)) {
        assertEquals(0, client.awaitExit(), () -> client.output() + "; " + second.output());
        client.hear("passed");
      }
    }
  }

  private static ChildProcess ourServer(String target) throws Exception {
    ChildProcess server = new ChildJvm(OurServer.class).sameBackend().start(target);
    server.hear("listening");
    return server;
  }

  @Test
  void ourClientGoesOnAfterItsServerWasKilled() throws Exception {
    String target = target("unix");
    servePeer(target);
    ManagedChannel channel = channel(target);
    CountDownLatch answered = new CountDownLatch(CALLERS);
    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    try {
      List<Future<Status.Code>> ends = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        int caller = i;
        ends.add(callers.submit(() -> callUntilItFails(channel, caller, answered)));
      }
      assertTrue(answered.await(Deadline.SECONDS, TimeUnit.SECONDS), "no answers");
      peerServer.kill();
      for (Future<Status.Code> end : ends) {
        assertEquals(Status.Code.UNAVAILABLE, end.get(Deadline.SECONDS, TimeUnit.SECONDS));
      }
    } finally {
      callers.shutdownNow();
    }
    Files.deleteIfExists(Paths.get(sockets.path("s"))); // not every server takes it over
    ListenableFuture<byte[]> answer = echoOnceServed(channel, new byte[] {1});
    servePeer(target);
    assertArrayEquals(new byte[] {1}, answer.get(Deadline.SECONDS, TimeUnit.SECONDS));
  }

  private static Status.Code callUntilItFails(
      Channel channel, int caller, CountDownLatch answered) {
    for (int i = 0; ; i++) {
      byte[] message = (caller + ":" + i).getBytes(StandardCharsets.UTF_8);
      try {
        assertArrayEquals(message, ByteEcho.echo(channel, message));
      } catch (StatusRuntimeException e) {
        return e.getStatus().getCode();
      }
      if (i == 0) {
        answered.countDown();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tls", "mtls"})
  void itsClientCallsOurServerByTls(String kind) throws Exception {
    String target = target("unix");
    PeerCertificates certificates = PeerCertificates.shared();
    sockets.start(
        UdsServerBuilder.forAddress(UdsAddress.parse(target), certificates.serving(kind))
            .addService(new ByteEcho()));
    try (ChildProcess client =
        start(kind, certificates.folder(), "call", target, "kinds", "100000")) {
      assertPassed(client);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tls", "mtls"})
  void ourClientCallsItsServerByTls(String kind) throws Exception {
    String target = target("unix");
    PeerCertificates certificates = PeerCertificates.shared();
    start(start(kind, certificates.folder(), "serve", target));
    ByteEcho.callInEveryKind(
        sockets.open(UdsChannelBuilder.forTarget(target, certificates.calling(kind))), 100_000);
  }

  @Test
  void itsServerRefusesOurClientWithoutACertificate() throws Exception {
    String target = target("unix");
    PeerCertificates certificates = PeerCertificates.shared();
    start(start("mtls", certificates.folder(), "serve", target));
    ManagedChannel channel =
        sockets.open(UdsChannelBuilder.forTarget(target, certificates.calling("tls")));
    assertEquals(Status.Code.UNAVAILABLE, failure(channel, new byte[0]));
  }

  /** A server of ours in a process of its own, which ends with its standard input. */
  static final class OurServer {
    private OurServer() {}

    public static void main(String[] args) throws Exception {
      Server server =
          UdsServerBuilder.forAddress(UdsAddress.parse(args[0]))
              .addService(new ByteEcho())
              .build()
              .start();
      System.out.println("listening");
      while (System.in.read() >= 0) {
        // waits for the end
      }
      server.shutdownNow().awaitTermination();
    }
  }

  /** Answers as the programs do. */
  private static final class MetadataEcho implements ServerInterceptor {
    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
        ServerCall<ReqT, RespT> call, Metadata received, ServerCallHandler<ReqT, RespT> next) {
      if (!received.containsKey(TAG)) {
        return next.startCall(call, received);
      }
      return next.startCall(
          new SimpleForwardingServerCall<ReqT, RespT>(call) {
            @Override
            public void sendHeaders(Metadata headers) {
              headers.put(TAG, "got " + received.get(TAG));
              super.sendHeaders(headers);
            }

            @Override
            public void close(Status status, Metadata trailers) {
              trailers.put(DATA, received.get(DATA));
              super.close(status, trailers);
            }
          },
          received);
    }
  }
}
