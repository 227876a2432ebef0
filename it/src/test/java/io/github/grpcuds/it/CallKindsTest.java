package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.HelloReply;
import io.github.grpcuds.proto.HelloRequest;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.transport.UdsAddress;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class CallKindsTest {
  @RegisterExtension final Sockets sockets = new Sockets();

  private String path;

  @BeforeEach
  void choosePath() {
    path = sockets.path("s");
  }

  private static HelloRequest request(String name) {
    return HelloRequest.newBuilder().setName(name).build();
  }

  private static HelloRequest request(int payloadBytes) {
    byte[] payload = new byte[payloadBytes];
    new Random(payloadBytes).nextBytes(payload);
    return HelloRequest.newBuilder().setPayload(ByteString.copyFrom(payload)).build();
  }

  @Test
  void unary() throws Exception {
    sockets.serve(path, new EchoGreeter());
    HelloReply reply = GreeterGrpc.newBlockingStub(sockets.channel(path)).sayHello(request("Ann"));
    assertEquals("Hello Ann", reply.getMessage());
  }

  @Test
  void serverStreaming() throws Exception {
    sockets.serve(path, new EchoGreeter());
    Iterator<HelloReply> replies =
        GreeterGrpc.newBlockingStub(sockets.channel(path))
            .sayHelloTimes(request("Ann").toBuilder().setTimes(1000).build());
    int count = 0;
    while (replies.hasNext()) {
      assertEquals("Hello Ann " + ++count, replies.next().getMessage());
    }
    assertEquals(1000, count);
  }

  @Test
  void clientStreaming() throws Exception {
    sockets.serve(path, new EchoGreeter());
    Recorder<HelloReply> replies = new Recorder<>();
    StreamObserver<HelloRequest> requests =
        GreeterGrpc.newStub(sockets.channel(path)).sayHelloToAll(replies);
    requests.onNext(request("Ann"));
    requests.onNext(request("Bob"));
    requests.onCompleted();
    assertEquals(Status.OK, replies.status());
    assertEquals("Hello Ann, Bob", replies.next().getMessage());
  }

  @Test
  void bidiAnswersWhileTheClientIsStillSending() throws Exception {
    sockets.serve(path, new EchoGreeter());
    Recorder<HelloReply> replies = new Recorder<>();
    StreamObserver<HelloRequest> requests =
        GreeterGrpc.newStub(sockets.channel(path)).chat(replies);
    for (int i = 0; i < 100; i++) {
      requests.onNext(request("n" + i));
      assertEquals("Hello n" + i, replies.next().getMessage());
    }
    requests.onCompleted();
    assertEquals(Status.OK, replies.status());
  }

  @Test
  void messagesLargerThanEveryBufferOnTheWay() throws Exception {
    int limit = 20_000_000;
    sockets.start(
        UdsServerBuilder.forPath(path).addService(new EchoGreeter()).maxInboundMessageSize(limit));
    ManagedChannel channel =
        sockets.open(UdsChannelBuilder.forPath(path).maxInboundMessageSize(limit));
    HelloRequest large = request(10_000_000);
    HelloReply reply = GreeterGrpc.newBlockingStub(channel).sayHello(large);
    assertEquals(large.getPayload(), reply.getPayload());
  }

  @Test
  void bidiOfLargeMessagesBothWaysAtOnce() throws Exception {
    sockets.serve(path, new EchoGreeter());
    Recorder<HelloReply> replies = new Recorder<>();
    StreamObserver<HelloRequest> requests =
        GreeterGrpc.newStub(sockets.channel(path)).chat(replies);
    HelloRequest large = request(200_000);
    for (int i = 0; i < 50; i++) {
      requests.onNext(large);
    }
    requests.onCompleted();
    assertEquals(Status.OK, replies.status());
    assertEquals(50, replies.values().size());
    for (HelloReply reply : replies.values()) {
      assertEquals(large.getPayload(), reply.getPayload());
    }
  }

  @Test
  void manyCallsAtOnceOnOneChannel() throws Exception {
    sockets.serve(path, new EchoGreeter());
    GreeterGrpc.GreeterStub stub = GreeterGrpc.newStub(sockets.channel(path));
    List<Recorder<HelloReply>> calls = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      Recorder<HelloReply> replies = new Recorder<>();
      stub.sayHello(request("n" + i), replies);
      calls.add(replies);
    }
    for (int i = 0; i < calls.size(); i++) {
      assertEquals("Hello n" + i, calls.get(i).next().getMessage());
    }
  }

  @Test
  void compression() throws Exception {
    sockets.serve(path, new EchoGreeter());
    HelloRequest request = request(100_000);
    HelloReply reply =
        GreeterGrpc.newBlockingStub(sockets.channel(path))
            .withCompression("gzip")
            .sayHello(request);
    assertEquals(request.getPayload(), reply.getPayload());
  }

  @Test
  void metadataBothWaysAndTheAuthorityIsLocalhost() throws Exception {
    Metadata.Key<String> key = Metadata.Key.of("tag", Metadata.ASCII_STRING_MARSHALLER);
    AtomicReference<String> authority = new AtomicReference<>();
    AtomicReference<Object> localAddress = new AtomicReference<>();
    ServerInterceptor echoTag =
        new ServerInterceptor() {
          @Override
          public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
              ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
            authority.set(call.getAuthority());
            localAddress.set(call.getAttributes().get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR));
            assertNotNull(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
            Metadata answer = new Metadata();
            answer.put(key, "got " + headers.get(key));
            call.sendHeaders(answer);
            return next.startCall(
                new io.grpc.ForwardingServerCall.SimpleForwardingServerCall<ReqT, RespT>(call) {
                  @Override
                  public void sendHeaders(Metadata ignored) {}
                },
                headers);
          }
        };
    sockets.start(UdsServerBuilder.forPath(path).addService(new EchoGreeter()).intercept(echoTag));
    Metadata sent = new Metadata();
    sent.put(key, "x");
    AtomicReference<Metadata> headers = new AtomicReference<>();
    GreeterGrpc.newBlockingStub(sockets.channel(path))
        .withInterceptors(
            MetadataUtils.newAttachHeadersInterceptor(sent),
            MetadataUtils.newCaptureMetadataInterceptor(headers, new AtomicReference<>()))
        .sayHello(request("Ann"));
    assertEquals("got x", headers.get().get(key));
    assertEquals("localhost", authority.get());
    assertEquals(UdsAddress.ofPath(path), localAddress.get());
  }

  @Test
  void overriddenAuthorityReachesTheServer() throws Exception {
    AtomicReference<String> authority = new AtomicReference<>();
    ServerInterceptor note =
        new ServerInterceptor() {
          @Override
          public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
              ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
            authority.set(call.getAuthority());
            return next.startCall(call, headers);
          }
        };
    sockets.start(UdsServerBuilder.forPath(path).addService(new EchoGreeter()).intercept(note));
    ManagedChannel channel =
        sockets.open(UdsChannelBuilder.forPath(path).overrideAuthority("greeter.example"));
    GreeterGrpc.newBlockingStub(channel).sayHello(request("Ann"));
    assertEquals("greeter.example", authority.get());
  }

  @Test
  void statusAndDescriptionOfAFailedCall() throws Exception {
    sockets.serve(
        path,
        new EchoGreeter() {
          @Override
          public void sayHello(HelloRequest request, StreamObserver<HelloReply> replies) {
            replies.onError(
                Status.FAILED_PRECONDITION.withDescription("not now").asRuntimeException());
          }
        });
    StatusRuntimeException e =
        assertThrows(
            StatusRuntimeException.class,
            () -> GreeterGrpc.newBlockingStub(sockets.channel(path)).sayHello(request("Ann")));
    assertEquals("FAILED_PRECONDITION: not now", e.getMessage());
  }

  @Test
  void deadlineEndsTheCallOnBothSides() throws Exception {
    CountDownLatch cancelled = new CountDownLatch(1);
    SilentGreeter greeter = new SilentGreeter(cancelled);
    sockets.serve(path, greeter);
    GreeterGrpc.GreeterBlockingStub stub = GreeterGrpc.newBlockingStub(sockets.channel(path));
    // On a busy machine, time may be over before the call has left.
    for (long millis = 200; greeter.arrived.getCount() > 0; millis *= 2) {
      assertTrue(millis < 60_000, "no call arrived");
      GreeterGrpc.GreeterBlockingStub hasty = stub.withDeadlineAfter(millis, TimeUnit.MILLISECONDS);
      StatusRuntimeException e =
          assertThrows(StatusRuntimeException.class, () -> hasty.sayHello(request("Ann")));
      assertEquals(Status.Code.DEADLINE_EXCEEDED, e.getStatus().getCode());
    }
    assertTrue(cancelled.await(Deadline.SECONDS, TimeUnit.SECONDS), "the server was not told");
  }

  @Test
  void cancellationReachesTheServer() throws Exception {
    CountDownLatch cancelled = new CountDownLatch(1);
    SilentGreeter greeter = new SilentGreeter(cancelled);
    sockets.serve(path, greeter);
    Recorder<HelloReply> replies = new Recorder<>();
    Context.CancellableContext context = Context.current().withCancellation();
    context.run(() -> GreeterGrpc.newStub(sockets.channel(path)).sayHello(request("A"), replies));
    assertTrue(
        greeter.arrived.await(Deadline.SECONDS, TimeUnit.SECONDS), "the call did not arrive");
    context.cancel(null);
    assertEquals(Status.Code.CANCELLED, replies.status().getCode());
    assertTrue(cancelled.await(Deadline.SECONDS, TimeUnit.SECONDS), "the server was not told");
  }

  @Test
  void unknownMethodIsUnimplemented() throws Exception {
    sockets.start(UdsServerBuilder.forPath(path));
    StatusRuntimeException e =
        assertThrows(
            StatusRuntimeException.class,
            () -> GreeterGrpc.newBlockingStub(sockets.channel(path)).sayHello(request("Ann")));
    assertEquals(Status.Code.UNIMPLEMENTED, e.getStatus().getCode());
  }

  @Test
  void interruptedCallerCostsOnlyItsOwnCall() throws Exception {
    sockets.serve(path, new SilentGreeter(new CountDownLatch(1)));
    ManagedChannel channel = sockets.channel(path);
    Recorder<HelloReply> chatReplies = new Recorder<>();
    StreamObserver<HelloRequest> chat = GreeterGrpc.newStub(channel).chat(chatReplies);
    chat.onNext(request("before"));
    chatReplies.next();

    Thread.currentThread().interrupt();
    assertThrows(
        StatusRuntimeException.class,
        () -> GreeterGrpc.newBlockingStub(channel).sayHello(request("never answered")));
    assertTrue(Thread.interrupted());

    chat.onNext(request("after"));
    assertEquals("Hello after", chatReplies.next().getMessage());
    chat.onCompleted();
    assertEquals(Status.OK, chatReplies.status());
  }

  @Test
  void directExecutorsOnBothSides() throws Exception {
    sockets.start(UdsServerBuilder.forPath(path).addService(new EchoGreeter()).directExecutor());
    ManagedChannel channel = sockets.open(UdsChannelBuilder.forPath(path).directExecutor());
    HelloReply reply =
        io.grpc.stub.ClientCalls.blockingUnaryCall(
            channel, GreeterGrpc.getSayHelloMethod(), CallOptions.DEFAULT, request("Ann"));
    assertEquals("Hello Ann", reply.getMessage());
  }

  /** Takes calls and never answers. */
  private static final class SilentGreeter extends EchoGreeter {
    final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch cancelled;

    SilentGreeter(CountDownLatch cancelled) {
      this.cancelled = cancelled;
    }

    @Override
    public void sayHello(HelloRequest request, StreamObserver<HelloReply> replies) {
      ((ServerCallStreamObserver<HelloReply>) replies).setOnCancelHandler(cancelled::countDown);
      arrived.countDown();
    }
  }
}
