package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.HelloReply;
import io.github.grpcuds.proto.HelloRequest;
import io.github.grpcuds.server.PeerIdentity;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.transport.PeerCredentials;
import io.github.grpcuds.transport.PeerPolicy;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsSocketFactory;
import io.grpc.Attributes;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class PeerIdentityTest {
  private static final byte[] MESSAGE = ByteEcho.random(100);
  private static final PeerPolicy NOBODY_HERE = PeerPolicy.uid(54321);

  @TempDir static Path certificates;

  @RegisterExtension final Sockets sockets = new Sockets();

  private String path;

  @BeforeEach
  void choosePath() {
    path = sockets.path("s");
  }

  /** Answers with who asks. */
  private static final class WhoAmI extends GreeterGrpc.GreeterImplBase {
    @Override
    public void sayHello(HelloRequest request, StreamObserver<HelloReply> replies) {
      try {
        String peer = PeerIdentity.current().toString();
        replies.onNext(HelloReply.newBuilder().setMessage(peer).build());
        replies.onCompleted();
      } catch (IllegalStateException e) {
        replies.onError(Status.INTERNAL.withDescription(e.getMessage()).asException());
      }
    }
  }

  private static String whoAmI(ManagedChannel channel) {
    return GreeterGrpc.newBlockingStub(channel)
        .withDeadlineAfter(Deadline.SECONDS, TimeUnit.SECONDS)
        .sayHello(HelloRequest.getDefaultInstance())
        .getMessage();
  }

  /** As the kernel has it: the server is this process as well, so it says the same of it. */
  private PeerCredentials thisProcess() throws Exception {
    try (Socket socket = new UdsSocketFactory(UdsAddress.ofPath(path)).createSocket("ignored", 0)) {
      return PeerCredentials.of(socket);
    }
  }

  private static Status refusal(ManagedChannel channel) {
    return assertThrows(StatusRuntimeException.class, () -> whoAmI(channel)).getStatus();
  }

  @Test
  void handlerKnowsWhoCalls() throws Exception {
    sockets.start(
        UdsServerBuilder.forPath(path)
            .intercept(PeerIdentity.interceptor())
            .addService(new WhoAmI()));
    assertEquals(thisProcess().toString(), whoAmI(sockets.channel(path)));
  }

  @Test
  void handlerKnowsWhoCallsOverTls() throws Exception {
    Identity server = Identity.create(certificates, "server", "localhost");
    Identity client = Identity.create(certificates, "client", "client.example");
    sockets.start(
        UdsServerBuilder.forPath(path, server.requiring(client))
            .intercept(PeerIdentity.interceptor())
            .addService(new WhoAmI()));
    ManagedChannel channel = sockets.open(UdsChannelBuilder.forPath(path, client.trusting(server)));
    assertEquals(thisProcess().toString(), whoAmI(channel));
  }

  @Test
  void interceptorsCanAskTheCall() throws Exception {
    AtomicReference<PeerCredentials> seen = new AtomicReference<>();
    sockets.start(
        UdsServerBuilder.forPath(path).intercept(noting(seen)).addService(new ByteEcho()));
    assertArrayEquals(MESSAGE, ByteEcho.echo(sockets.channel(path), MESSAGE));
    assertEquals(thisProcess().toString(), seen.get().toString());
  }

  @Test
  void transportFiltersCanAskTheConnection() throws Exception {
    AtomicReference<PeerCredentials> seen = new AtomicReference<>();
    sockets.start(
        UdsServerBuilder.forPath(path)
            .addTransportFilter(
                new ServerTransportFilter() {
                  @Override
                  public Attributes transportReady(Attributes attributes) {
                    seen.set(PeerIdentity.of(attributes));
                    return attributes;
                  }
                })
            .addService(new ByteEcho()));
    ByteEcho.echo(sockets.channel(path), MESSAGE);
    assertEquals(thisProcess().toString(), seen.get().toString());
  }

  private static ServerInterceptor noting(AtomicReference<PeerCredentials> seen) {
    return new ServerInterceptor() {
      @Override
      public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
          ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        seen.set(PeerIdentity.of(call));
        return next.startCall(call, headers);
      }
    };
  }

  @Test
  void absenceSaysWhatToAdd() throws Exception {
    sockets.serve(path, new WhoAmI());
    String reason = refusal(sockets.channel(path)).getDescription();
    assertTrue(reason.contains("add PeerIdentity.interceptor() to a server"), reason);
    assertThrows(IllegalStateException.class, PeerIdentity::current);
  }

  @Test
  void oneServiceCanAskForMoreThanTheOthers() throws Exception {
    WhoAmI guarded = new WhoAmI();
    sockets.start(
        UdsServerBuilder.forPath(path)
            .addService(new ByteEcho())
            .addService(ServerInterceptors.intercept(guarded, PeerIdentity.require(NOBODY_HERE))));
    ManagedChannel channel = sockets.channel(path);
    Status status = refusal(channel);
    assertEquals(Status.Code.PERMISSION_DENIED, status.getCode(), status.toString());
    assertEquals("peer " + thisProcess() + " is not uid 54321", status.getDescription());
    assertArrayEquals(MESSAGE, ByteEcho.echo(channel, MESSAGE));
  }

  @Test
  void oneMethodCanAskForMoreThanTheOthersOfItsService() throws Exception {
    sockets.start(
        UdsServerBuilder.forPath(path)
            .intercept(
                PeerIdentity.require(NOBODY_HERE, ByteEcho.REPEAT, GreeterGrpc.getSayHelloMethod()))
            .addService(new WhoAmI())
            .addService(new ByteEcho()));
    ManagedChannel channel = sockets.channel(path);
    assertArrayEquals(MESSAGE, ByteEcho.echo(channel, MESSAGE));
    assertEquals(Status.Code.PERMISSION_DENIED, refusal(channel).getCode());
    Iterator<byte[]> replies =
        ClientCalls.blockingServerStreamingCall(
            channel, ByteEcho.REPEAT, ByteEcho.within(60), MESSAGE);
    Status status = assertThrows(StatusRuntimeException.class, replies::hasNext).getStatus();
    assertEquals(Status.Code.PERMISSION_DENIED, status.getCode(), status.toString());
  }

  @Test
  void methodsLetThePeersThroughThatTheirPolicyAllows() throws Exception {
    sockets.start(
        UdsServerBuilder.forPath(path)
            .intercept(PeerIdentity.require(PeerPolicy.sameUser(), ByteEcho.ECHO))
            .addService(new ByteEcho()));
    assertArrayEquals(MESSAGE, ByteEcho.echo(sockets.channel(path), MESSAGE));
  }

  /** A rule for no method, such as from an empty list, would guard nothing. */
  @Test
  void ruleForNoMethodIsAMistake() {
    MethodDescriptor<?, ?>[] none = {};
    String reason =
        assertThrows(IllegalArgumentException.class, () -> PeerIdentity.require(NOBODY_HERE, none))
            .getMessage();
    assertEquals("no methods given: require(uid 54321) alone is for all of them", reason);
  }

  @Test
  void peerThatIsAllowedReachesTheHandler() throws Exception {
    sockets.start(
        UdsServerBuilder.forPath(path)
            .intercept(PeerIdentity.require(NOBODY_HERE.or(PeerPolicy.sameUser())))
            .addService(new ByteEcho()));
    assertArrayEquals(MESSAGE, ByteEcho.echo(sockets.channel(path), MESSAGE));
  }

  @Test
  void callOverAnotherTransportIsOfAnUnknownPeer() throws Exception {
    AtomicReference<PeerCredentials> seen = new AtomicReference<>();
    sockets.start(
        InProcessServerBuilder.forName(path)
            .addService(new ByteEcho())
            .addService(
                ServerInterceptors.intercept(
                    new WhoAmI(), PeerIdentity.require(PeerPolicy.sameUser())))
            .intercept(noting(seen)));
    ManagedChannel channel = sockets.add(InProcessChannelBuilder.forName(path).build());
    assertArrayEquals(MESSAGE, ByteEcho.echo(channel, MESSAGE));
    assertNull(seen.get());
    assertEquals(Status.Code.PERMISSION_DENIED, refusal(channel).getCode());
  }
}
