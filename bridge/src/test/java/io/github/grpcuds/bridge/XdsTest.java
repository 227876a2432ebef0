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
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The program with {@code xds:///} targets, and grpc-xds on its class path. */
class XdsTest {
  private static final HealthCheckRequest REQUEST = HealthCheckRequest.getDefaultInstance();

  @TempDir Path folder;
  @RegisterExtension final BridgeProgram bridge = new BridgeProgram();

  private int startBackend(CountingHealth health) throws Exception {
    return bridge.serve(BridgeProgram.onTcp().addService(health)).getPort();
  }

  /** A file that names a control plane on a socket of ours. */
  private Path bootstrap(String socket) throws Exception {
    String json =
        "{\"xds_servers\": [{\"server_uri\": \"unix:"
            + socket
            + "\", \"channel_creds\": [{\"type\": \"insecure\"}],"
            + " \"server_features\": [\"xds_v3\"]}], \"node\": {\"id\": \"bridge\"}}";
    return Files.write(folder.resolve("bootstrap.json"), json.getBytes(StandardCharsets.UTF_8));
  }

  private HealthGrpc.HealthBlockingStub startBridge(ChildJvm jvm) {
    Path front = folder.resolve("front");
    bridge.start(jvm, "--listen", "unix:" + front, "--to", "xds:///app");
    return HealthGrpc.newBlockingStub(
            bridge.use(UdsChannelBuilder.forPath(front.toString()).build()))
        .withDeadlineAfter(Deadline.SECONDS, TimeUnit.SECONDS);
  }

  @Test
  void callsAreSpreadOverTheServersThatTheControlPlaneTellsOf() throws Exception {
    CountingHealth one = new CountingHealth();
    CountingHealth other = new CountingHealth();
    String control = folder.resolve("control").toString();
    bridge.serve(
        UdsServerBuilder.forPath(control)
            .addService(new ControlPlane("app", startBackend(one), startBackend(other))));
    HealthGrpc.HealthBlockingStub stub =
        startBridge(
            new ChildJvm(UdsBridgeMain.class)
                .property("io.grpc.xds.bootstrap", bootstrap(control).toString()));
    Await.until(
        () -> {
          assertEquals(ServingStatus.SERVING, stub.check(REQUEST).getStatus());
          return one.calls.get() > 0 && other.calls.get() > 0;
        },
        () -> one.calls + " calls of one, " + other.calls + " of the other");
  }

  @Test
  void missingBootstrapIsInTheLog() throws Exception {
    HealthGrpc.HealthBlockingStub stub = startBridge(new ChildJvm(UdsBridgeMain.class));
    Status status =
        assertThrows(StatusRuntimeException.class, () -> stub.check(REQUEST)).getStatus();
    assertEquals(Status.Code.UNAVAILABLE, status.getCode(), status.toString());
    assertEquals("Failed to initialize xDS", status.getDescription());
    bridge.awaitLine("GRPC_XDS_BOOTSTRAP");
  }

  @Test
  void withoutGrpcXdsTheTargetIsRefusedAtTheStart() throws Exception {
    String withoutXds =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> !entry.contains("grpc-xds"))
            .collect(Collectors.joining(File.pathSeparator));
    ChildJvm jvm = new ChildJvm("-cp", withoutXds, UdsBridgeMain.class.getName());
    try (ChildProcess child =
        jvm.start("--listen", "unix:" + folder.resolve("front"), "--to", "xds:///app")) {
      assertEquals(2, child.awaitExit());
      String output = String.join("\n", child.output());
      assertTrue(output.startsWith("uds-bridge: --to cannot be used: xds:///app"), output);
      assertTrue(output.contains("grpc-xds"), output);
    }
  }

  private static final class CountingHealth extends HealthGrpc.HealthImplBase {
    final AtomicInteger calls = new AtomicInteger();

    @Override
    public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> responses) {
      calls.incrementAndGet();
      responses.onNext(HealthCheckResponse.newBuilder().setStatus(ServingStatus.SERVING).build());
      responses.onCompleted();
    }
  }
}
