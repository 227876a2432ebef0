package io.github.grpcuds.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.ChildJvm;
import io.github.grpcuds.testkit.ChildProcess;
import io.github.grpcuds.testkit.Deadline;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.ClientCalls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The program as a process. Its backends serve health checks, of a service "of.the.backend". */
class BridgeProcessTest {
  private static final HealthCheckRequest BACKENDS =
      HealthCheckRequest.newBuilder().setService("of.the.backend").build();
  private static final HealthCheckRequest ALL = HealthCheckRequest.getDefaultInstance();

  @TempDir Path folder;
  @RegisterExtension final BridgeProgram bridge = new BridgeProgram();

  private final HealthStatusManager health = new HealthStatusManager();
  private String front;

  @BeforeEach
  void choosePath() {
    front = folder.resolve("front").toString();
    health.setStatus("of.the.backend", ServingStatus.SERVING);
  }

  private Server startBackend(ServerBuilder<?> builder) throws Exception {
    return bridge.serve(builder.addService(health.getHealthService()));
  }

  private HealthGrpc.HealthBlockingStub stub(ManagedChannel channel) {
    return HealthGrpc.newBlockingStub(bridge.use(channel))
        .withDeadlineAfter(Deadline.SECONDS, TimeUnit.SECONDS);
  }

  private HealthGrpc.HealthBlockingStub front() {
    return stub(UdsChannelBuilder.forPath(front).build());
  }

  private static Status.Code failure(HealthGrpc.HealthBlockingStub stub) {
    return assertThrows(StatusRuntimeException.class, () -> stub.check(BACKENDS))
        .getStatus()
        .getCode();
  }

  @Test
  void socketInFrontOfAServerOnTcp() throws Exception {
    Server backend = startBackend(BridgeProgram.onTcp());
    bridge.start("--listen", "unix:" + front, "--to", "dns:///127.0.0.1:" + backend.getPort());
    assertEquals(ServingStatus.SERVING, front().check(BACKENDS).getStatus());
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("front"))));
    bridge.awaitLine("connected to dns:///127.0.0.1:" + backend.getPort());
  }

  @Test
  void tcpInFrontOfASocket() throws Exception {
    String socket = folder.resolve("back").toString();
    startBackend(UdsServerBuilder.forPath(socket));
    bridge.start("--listen=127.0.0.1:0", "--to=unix:" + socket);
    Matcher port =
        Pattern.compile("listening on \\S*127\\.0\\.0\\.1:(\\d+)")
            .matcher(bridge.awaitLine("listening on "));
    assertTrue(port.find());
    ManagedChannel channel =
        ManagedChannelBuilder.forTarget("dns:///127.0.0.1:" + port.group(1)).usePlaintext().build();
    assertEquals(ServingStatus.SERVING, stub(channel).check(BACKENDS).getStatus());
  }

  @Test
  void optionsReachTheSocketAndTheBackend() throws Exception {
    AtomicReference<Metadata> seen = new AtomicReference<>();
    AtomicReference<String> authority = new AtomicReference<>();
    ServerInterceptor noting =
        new ServerInterceptor() {
          @Override
          public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
              ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
            seen.set(headers);
            authority.set(call.getAuthority());
            return next.startCall(call, headers);
          }
        };
    String socket = folder.resolve("back").toString();
    startBackend(UdsServerBuilder.forPath(socket).intercept(noting));
    bridge.start(
        "--listen",
        "unix:" + front,
        "--to",
        "unix:" + socket,
        "--mode",
        "0660",
        "--allow",
        "grpc.health.v1.Health",
        "--authority",
        "app.example",
        "--identity-header",
        "x-who",
        "--max-message",
        1000,
        "--user",
        System.getProperty("user.name"));
    assertEquals(ServingStatus.SERVING, front().check(BACKENDS).getStatus());
    String who = seen.get().get(Metadata.Key.of("x-who", Metadata.ASCII_STRING_MARSHALLER));
    assertTrue(who.contains("uid="), who);
    assertEquals("app.example", authority.get());
    assertEquals(
        "rw-rw----",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("front"))));
    HealthCheckRequest large =
        HealthCheckRequest.newBuilder().setService(new String(new char[2000])).build();
    StatusRuntimeException e =
        assertThrows(StatusRuntimeException.class, () -> front().check(large));
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, e.getStatus().getCode());
  }

  @Test
  void serviceThatIsNotAllowedIsNotThere() throws Exception {
    String socket = folder.resolve("back").toString();
    startBackend(UdsServerBuilder.forPath(socket));
    bridge.start("--listen", "unix:" + front, "--to", "unix:" + socket, "--allow", "a.B,c.D");
    assertEquals(Status.Code.UNIMPLEMENTED, failure(front()));
  }

  /** The services that the backend tells of when it is asked through the bridge. */
  private List<String> reflectedServices() {
    ManagedChannel channel = bridge.use(UdsChannelBuilder.forPath(front).build());
    ServerReflectionResponse response =
        ClientCalls.blockingServerStreamingCall(
                channel,
                ServerReflectionGrpc.getServerReflectionInfoMethod(),
                CallOptions.DEFAULT.withDeadlineAfter(Deadline.SECONDS, TimeUnit.SECONDS),
                ServerReflectionRequest.newBuilder().setListServices("").build())
            .next();
    return response.getListServicesResponse().getServiceList().stream()
        .map(ServiceResponse::getName)
        .collect(Collectors.toList());
  }

  private void startReflectingBackend(String socket) throws Exception {
    startBackend(
        UdsServerBuilder.forPath(socket).addService(ProtoReflectionServiceV1.newInstance()));
  }

  @Test
  void reflectionPassesLikeEverythingElse() throws Exception {
    String socket = folder.resolve("back").toString();
    startReflectingBackend(socket);
    bridge.start("--listen", "unix:" + front, "--to", "unix:" + socket);
    List<String> services = reflectedServices();
    assertTrue(services.contains("grpc.health.v1.Health"), services.toString());
  }

  @Test
  void reflectionPassesBesideTheServicesThatAreAllowed() throws Exception {
    String socket = folder.resolve("back").toString();
    startReflectingBackend(socket);
    bridge.start(
        "--listen", "unix:" + front, "--to", "unix:" + socket, "--allow", "a.B", "--reflection");
    List<String> services = reflectedServices();
    assertTrue(services.contains("grpc.health.v1.Health"), services.toString());
    assertEquals(Status.Code.UNIMPLEMENTED, failure(front()));
  }

  @Test
  void reflectionIsNotAllowedWithAnotherService() throws Exception {
    String socket = folder.resolve("back").toString();
    startReflectingBackend(socket);
    bridge.start(
        "--listen", "unix:" + front, "--to", "unix:" + socket, "--allow", "grpc.health.v1.Health");
    StatusRuntimeException e = assertThrows(StatusRuntimeException.class, this::reflectedServices);
    assertEquals(Status.Code.UNIMPLEMENTED, e.getStatus().getCode());
    assertEquals(ServingStatus.SERVING, front().check(BACKENDS).getStatus());
  }

  @Test
  void healthIsThatOfTheWayToTheBackend() throws Exception {
    String socket = folder.resolve("back").toString();
    bridge.start("--listen", "unix:" + front, "--to", "unix:" + socket, "--health");
    HealthGrpc.HealthBlockingStub stub = front();
    Await.until(
        () -> stub.check(ALL).getStatus() == ServingStatus.NOT_SERVING,
        () -> "it serves without a backend");
    bridge.awaitLine("cannot reach unix:" + socket);
    startBackend(UdsServerBuilder.forPath(socket));
    Await.until(
        () -> stub.check(ALL).getStatus() == ServingStatus.SERVING,
        () -> "it does not serve with a backend");
  }

  @Test
  void absentBackendIsUnavailableAndInTheLog() throws Exception {
    String socket = folder.resolve("back").toString();
    bridge.start("--listen", "unix:" + front, "--to", "unix:" + socket);
    assertEquals(Status.Code.UNAVAILABLE, failure(front()));
    bridge.awaitLine("a call to unix:" + socket + " failed: ");
  }

  @Test
  void signalLetsCallsEndAndDeletesTheSocket() throws Exception {
    String socket = folder.resolve("back").toString();
    startBackend(UdsServerBuilder.forPath(socket));
    bridge.start("--listen", "unix:" + front, "--to", "unix:" + socket, "--grace", 60);
    Iterator<HealthCheckResponse> watch = front().watch(BACKENDS);
    assertEquals(ServingStatus.SERVING, watch.next().getStatus());
    signal();
    bridge.awaitLine("stopping: ");
    Await.until(() -> !Files.exists(folder.resolve("front")), () -> "the socket file stays");
    health.setStatus("of.the.backend", ServingStatus.NOT_SERVING);
    assertEquals(ServingStatus.NOT_SERVING, watch.next().getStatus());
    bridge.endCalls();
    assertEquals(143, bridge.process().awaitExit());
    bridge.awaitLine("stopped");
  }

  /** SIGTERM. Not by Process.destroy, which closes what the process would still write to. */
  private void signal() throws Exception {
    assertEquals(0, new ProcessBuilder("kill", "-TERM", bridge.pid()).start().waitFor());
  }

  @Test
  void callsThatOutliveTheGraceTimeAreCancelled() throws Exception {
    String socket = folder.resolve("back").toString();
    startBackend(UdsServerBuilder.forPath(socket));
    bridge.start("--listen", "unix:" + front, "--to", "unix:" + socket, "--grace", 1);
    Iterator<HealthCheckResponse> watch = front().watch(BACKENDS);
    assertEquals(ServingStatus.SERVING, watch.next().getStatus());
    signal();
    assertEquals(143, bridge.process().awaitExit());
    bridge.awaitLine("cancelling the calls that are still open");
    assertThrows(StatusRuntimeException.class, watch::hasNext);
  }

  private ChildProcess runToItsEnd(Object... arguments) throws Exception {
    try (ChildProcess child = new ChildJvm(UdsBridgeMain.class).sameBackend().start(arguments)) {
      child.awaitExit();
      return child;
    }
  }

  @Test
  void badArgumentIsNamed() throws Exception {
    ChildProcess child = runToItsEnd("--listen", "unix:" + front, "--to", "nothing:///x");
    String output = String.join("\n", child.output());
    assertEquals(2, child.awaitExit(), output);
    assertTrue(output.startsWith("uds-bridge: --to cannot be used: nothing:///x"), output);
    assertTrue(output.endsWith("Try uds-bridge --help."), output);
  }

  @Test
  void addressThatIsTakenIsNoUsageError() throws Exception {
    startBackend(UdsServerBuilder.forPath(front));
    ChildProcess child = runToItsEnd("--listen", "unix:" + front, "--to", "unix:/y");
    String output = String.join("\n", child.output());
    assertEquals(1, child.awaitExit(), output);
    assertTrue(output.contains("uds-bridge: cannot listen: ") && output.contains(front), output);
  }

  @Test
  void helpIsNoFailure() throws Exception {
    ChildProcess child = runToItsEnd("--help");
    assertEquals(0, child.awaitExit());
    assertTrue(child.output().get(0).startsWith("usage: uds-bridge "), child.output().toString());
  }
}
