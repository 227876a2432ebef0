package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * grpcio, whose HTTP/2 and sockets are gRPC's C core, as the client of our server and the reverse.
 */
class PythonPeerTest {
  private static final Metadata.Key<String> TAG =
      Metadata.Key.of("tag", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<byte[]> DATA =
      Metadata.Key.of("data-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private static String python;

  @RegisterExtension final Sockets sockets = new Sockets();

  private ChildProcess pythonServer;

  /** Debian's own Python first: its package python3-grpcio is the easiest to come by. */
  @BeforeAll
  static void findPython() throws Exception {
    List<String> reasons = new ArrayList<>();
    for (String candidate : Arrays.asList("/usr/bin/python3", "python3")) {
      String reason = whyNoGrpcIn(candidate);
      if (reason == null) {
        python = candidate;
        return;
      }
      reasons.add(candidate + ": " + reason);
    }
    Assumptions.abort("no Python with grpcio: " + reasons);
  }

  private static String whyNoGrpcIn(String candidate) throws InterruptedException {
    try (ChildProcess child = ChildProcess.start(Arrays.asList(candidate, "-c", "import grpc"))) {
      return child.awaitExit() == 0 ? null : child.output().toString();
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  private static ChildProcess echoPy(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(python);
    command.add(Paths.get(PythonPeerTest.class.getResource("/echo.py").toURI()).toString());
    command.addAll(Arrays.asList(arguments));
    return ChildProcess.start(command);
  }

  private String target(String scheme) {
    if (scheme.equals("unix")) {
      return "unix:" + sockets.path("s");
    }
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

  private static void assertPasses(String target, String... check) throws Exception {
    List<String> arguments = new ArrayList<>(Arrays.asList("call", target));
    arguments.addAll(Arrays.asList(check));
    try (ChildProcess client = echoPy(arguments.toArray(new String[0]))) {
      assertEquals(0, client.awaitExit(), () -> "it said " + client.output());
      client.hear("passed");
    }
  }

  private void servePython(String target) throws Exception {
    pythonServer = echoPy("serve", target);
    pythonServer.hear("listening");
  }

  @AfterEach
  void stopPythonServer() throws IOException {
    if (pythonServer != null) {
      pythonServer.close();
    }
  }

  private ManagedChannel channel(String target) {
    return sockets.open(UdsChannelBuilder.forTarget(target));
  }

  @ParameterizedTest
  @CsvSource({"unix, 0", "unix, 100", "unix, 1000000", "unix-abstract, 1000000"})
  void pythonClientCallsOurServer(String scheme, String size) throws Exception {
    String target = target(scheme);
    serve(target);
    assertPasses(target, "kinds", size);
  }

  @Test
  void metadataOfAPythonClient() throws Exception {
    String target = target("unix");
    serve(target);
    assertPasses(target, "metadata");
  }

  @Test
  void pythonClientLearnsThatItsMetadataIsTooLarge() throws Exception {
    String target = target("unix");
    serve(target);
    assertPasses(target, "limit");
  }

  @Test
  void deadlineOfAPythonClientReachesOurServer() throws Exception {
    String target = target("unix");
    ByteEcho service = serve(target);
    assertPasses(target, "deadline");
    assertTrue(
        service.waitCancelled.await(Deadline.SECONDS, TimeUnit.SECONDS), "the server was not told");
  }

  @Test
  void cancellationByAPythonClientReachesOurServer() throws Exception {
    String target = target("unix");
    ByteEcho service = serve(target);
    assertPasses(target, "cancel");
    assertTrue(
        service.waitCancelled.await(Deadline.SECONDS, TimeUnit.SECONDS), "the server was not told");
  }

  @ParameterizedTest
  @CsvSource({"unix, 0", "unix, 100", "unix, 1000000", "unix-abstract, 1000000"})
  void ourClientCallsAPythonServer(String scheme, int size) throws Exception {
    String target = target(scheme);
    servePython(target);
    ByteEcho.callInEveryKind(channel(target), size);
  }

  @Test
  void metadataOfAPythonServer() throws Exception {
    String target = target("unix");
    byte[] data = ByteEcho.random(256);
    Metadata sent = new Metadata();
    sent.put(TAG, "x");
    sent.put(DATA, data);
    AtomicReference<Metadata> headers = new AtomicReference<>();
    AtomicReference<Metadata> trailers = new AtomicReference<>();
    servePython(target);
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
  void deadlineOfOursReachesAPythonServer() throws Exception {
    String target = target("unix");
    servePython(target);
    ManagedChannel channel = channel(target);
    ByteEcho.echo(channel, new byte[0]);
    // On a busy machine, time may be over before the call has reached its handler.
    for (long millis = 500; !pythonServer.output().contains("wait began"); millis *= 2) {
      assertTrue(millis < 60_000, "no call arrived");
      Recorder<byte[]> answers = new Recorder<>();
      CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(millis, TimeUnit.MILLISECONDS);
      ClientCalls.asyncServerStreamingCall(
          channel.newCall(ByteEcho.WAIT, options), new byte[0], answers);
      assertEquals(Status.Code.DEADLINE_EXCEEDED, answers.status().getCode());
    }
    pythonServer.hear("wait ended");
  }

  @Test
  void cancellationByUsReachesAPythonServer() throws Exception {
    String target = target("unix");
    servePython(target);
    ClientCall<byte[], byte[]> call = channel(target).newCall(ByteEcho.WAIT, ByteEcho.within(60));
    Recorder<byte[]> answers = new Recorder<>();
    ClientCalls.asyncServerStreamingCall(call, new byte[0], answers);
    pythonServer.hear("wait began");
    call.cancel("enough", null);
    assertEquals(Status.Code.CANCELLED, answers.status().getCode());
    pythonServer.hear("wait ended");
  }

  /** Answers as echo.py does. */
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
