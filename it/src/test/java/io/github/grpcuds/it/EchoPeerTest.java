package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.ListenableFuture;
import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.server.UdsServerBuilder;
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
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A program in another language, on another gRPC, as the client of our server and the reverse. It
 * is the other side of {@link ByteEcho}: {@code PROGRAM serve TARGET} and {@code PROGRAM call
 * TARGET CHECK}.
 */
abstract class EchoPeerTest {
  private static final Metadata.Key<String> TAG =
      Metadata.Key.of("tag", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<byte[]> DATA =
      Metadata.Key.of("data-bin", Metadata.BINARY_BYTE_MARSHALLER);

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
      assertEquals(0, client.awaitExit(), () -> "it said " + client.output());
      client.hear("passed");
    }
  }

  private void servePeer(String target) throws Exception {
    peerServer = start("serve", target);
    peerServer.hear("listening");
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
