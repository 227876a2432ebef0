package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.HelloReply;
import io.github.grpcuds.proto.HelloRequest;
import io.github.grpcuds.server.PeerIdentity;
import io.github.grpcuds.server.UdsBridge;
import io.github.grpcuds.server.UdsServerBuilder;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import io.grpc.util.MutableHandlerRegistry;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@link UdsBridge#servicesOf}: another server's services without a hop. */
class BridgedServicesTest {
  private static final byte[] MESSAGE = ByteEcho.random(100);
  private static final String GREETER = GreeterGrpc.SERVICE_NAME;

  @RegisterExtension final Sockets sockets = new Sockets();

  private String path;

  @BeforeEach
  void choosePath() {
    path = sockets.path("s");
  }

  private Channel serve(UdsBridge bridge) throws Exception {
    sockets.start(UdsServerBuilder.forPath(path).fallbackHandlerRegistry(bridge));
    return sockets.channel(path);
  }

  private static final class WhoAmI extends GreeterGrpc.GreeterImplBase {
    @Override
    public void sayHello(HelloRequest request, StreamObserver<HelloReply> replies) {
      replies.onNext(HelloReply.newBuilder().setMessage(PeerIdentity.current().toString()).build());
      replies.onCompleted();
    }
  }

  private static String greet(Channel channel) {
    return GreeterGrpc.newBlockingStub(channel)
        .sayHello(HelloRequest.newBuilder().setName("Ann").build())
        .getMessage();
  }

  private static Status.Code failure(Channel channel) {
    return assertThrows(StatusRuntimeException.class, () -> greet(channel)).getStatus().getCode();
  }

  @Test
  void servicesOfAServerThatRunsAreServed() throws Exception {
    Server inProcess =
        sockets.start(
            InProcessServerBuilder.forName(path)
                .addService(new ByteEcho())
                .addService(new EchoGreeter()));
    Channel channel = serve(UdsBridge.servicesOf(inProcess));
    for (int size : new int[] {0, 100, 1_000_000}) {
      ByteEcho.callInEveryKind(channel, size);
    }
    assertEquals("Hello Ann", greet(channel));
  }

  @Test
  void handlersKnowWhoCalls() throws Exception {
    Server inProcess = sockets.start(InProcessServerBuilder.forName(path).addService(new WhoAmI()));
    String peer = greet(serve(UdsBridge.servicesOf(inProcess)));
    assertTrue(peer.contains("uid="), peer);
  }

  @Test
  void interceptorsOfServicesComeAlongAndThoseOfTheServerDoNot() throws Exception {
    AtomicInteger ofService = new AtomicInteger();
    AtomicInteger ofServer = new AtomicInteger();
    Server inProcess =
        sockets.start(
            InProcessServerBuilder.forName(path)
                .addService(ServerInterceptors.intercept(new ByteEcho(), counting(ofService)))
                .intercept(counting(ofServer)));
    assertArrayEquals(MESSAGE, ByteEcho.echo(serve(UdsBridge.servicesOf(inProcess)), MESSAGE));
    assertEquals(1, ofService.get());
    assertEquals(0, ofServer.get());
  }

  private static ServerInterceptor counting(AtomicInteger calls) {
    return new ServerInterceptor() {
      @Override
      public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
          ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        calls.incrementAndGet();
        return next.startCall(call, headers);
      }
    };
  }

  @Test
  void servicesThatAreNotAllowedAreNotThere() throws Exception {
    Server inProcess =
        sockets.start(
            InProcessServerBuilder.forName(path)
                .addService(new ByteEcho())
                .addService(new EchoGreeter()));
    Channel channel = serve(UdsBridge.servicesOf(inProcess).withServices("grpcuds.test.ByteEcho"));
    assertArrayEquals(MESSAGE, ByteEcho.echo(channel, MESSAGE));
    assertEquals(Status.Code.UNIMPLEMENTED, failure(channel));
  }

  @Test
  void servicesThatAreAddedLaterAreFound() throws Exception {
    MutableHandlerRegistry registry = new MutableHandlerRegistry();
    Server inProcess =
        sockets.start(InProcessServerBuilder.forName(path).fallbackHandlerRegistry(registry));
    Channel channel = serve(UdsBridge.servicesOf(inProcess));
    assertEquals(Status.Code.UNIMPLEMENTED, failure(channel));
    registry.addService(new EchoGreeter());
    assertEquals("Hello Ann", greet(channel));
  }

  @Test
  void reflectionListsTheServicesThatAreAllowed() throws Exception {
    assumeReflectionV1();
    Server inProcess =
        sockets.start(
            InProcessServerBuilder.forName(path)
                .addService(new ByteEcho())
                .addService(new EchoGreeter()));
    sockets.start(
        UdsServerBuilder.forPath(path)
            .addService(ProtoReflectionServiceV1.newInstance())
            .fallbackHandlerRegistry(UdsBridge.servicesOf(inProcess).withServices(GREETER)));
    Recorder<ServerReflectionResponse> answers = new Recorder<>();
    StreamObserver<ServerReflectionRequest> requests =
        ServerReflectionGrpc.newStub(sockets.channel(path)).serverReflectionInfo(answers);
    requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    List<String> names =
        answers.next().getListServicesResponse().getServiceList().stream()
            .map(ServiceResponse::getName)
            .collect(Collectors.toList());
    requests.onCompleted();
    assertTrue(names.contains(GREETER), names.toString());
    assertTrue(!names.contains("grpcuds.test.ByteEcho"), names.toString());
  }

  private static void assumeReflectionV1() {
    try {
      Class.forName("io.grpc.protobuf.services.ProtoReflectionServiceV1");
    } catch (ClassNotFoundException e) {
      Assumptions.abort("this version of gRPC has an older reflection service alone");
    }
  }

  @Test
  void optionsOfForwardingAreRefused() {
    UdsBridge bridge = UdsBridge.servicesOf(InProcessServerBuilder.forName(path).build());
    assertEquals(
        "withAuthority is for forwardTo: what servicesOf serves is not forwarded",
        assertThrows(IllegalStateException.class, () -> bridge.withAuthority("a")).getMessage());
    assertThrows(IllegalStateException.class, bridge::withCallersAuthority);
    assertThrows(IllegalStateException.class, () -> bridge.withIdentityHeader("x-peer"));
  }
}
