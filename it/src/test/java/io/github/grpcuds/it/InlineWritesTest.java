package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.transport.UdsAddress;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Calls write to the socket in their own threads: seen by what the transport executor is given. */
class InlineWritesTest {
  private static final String PROPERTY = "grpcuds.inlineWrites";
  private static final byte[] MESSAGE = ByteEcho.random(32);
  private static final int CALLS = 200;
  private static final long LIMIT_SECONDS = Deadline.SECONDS;

  @TempDir static Path certificates;

  @RegisterExtension final Sockets sockets = new Sockets();

  private String path;

  @BeforeEach
  void serve() throws Exception {
    path = sockets.path("s");
    sockets.serve(path, new ByteEcho());
  }

  private UdsChannelBuilder builder() {
    return UdsChannelBuilder.forPath(path);
  }

  private interface Echo {
    byte[] echo(Channel channel) throws Exception;
  }

  /** What the transport executor is given in the course of 200 calls. */
  private int tasks(UdsChannelBuilder builder, Echo echo) throws Exception {
    CountingExecutor executor = new CountingExecutor();
    ManagedChannel channel = sockets.open(builder.transportExecutor(executor));
    warmUp(channel);
    Await.until(() -> executor.running.get() == 1, () -> executor.running + " run");
    int before = executor.tasks.get();
    for (int i = 0; i < CALLS; i++) {
      assertArrayEquals(MESSAGE, echo.echo(channel));
    }
    return executor.tasks.get() - before;
  }

  private static void warmUp(Channel channel) {
    for (int i = 0; i < 5; i++) {
      echo(channel);
    }
  }

  private static byte[] echo(Channel channel) {
    return ByteEcho.echo(channel, MESSAGE);
  }

  private static byte[] echoAsync(Channel channel) throws Exception {
    Recorder<byte[]> answer = new Recorder<>();
    ClientCalls.asyncUnaryCall(
        channel.newCall(ByteEcho.ECHO, ByteEcho.within(60)), MESSAGE, answer);
    assertEquals(Status.OK, answer.status());
    return answer.next();
  }

  @Test
  void blockingCallsNeedNoTask() throws Exception {
    assertEquals(0, tasks(builder(), InlineWritesTest::echo));
  }

  @Test
  void asyncCallsNeedNoTask() throws Exception {
    assertEquals(0, tasks(builder(), InlineWritesTest::echoAsync));
  }

  @Test
  void callsWithADirectExecutorNeedNoTask() throws Exception {
    assertEquals(0, tasks(builder().directExecutor(), InlineWritesTest::echoAsync));
  }

  @Test
  void optionSwitchesItOff() throws Exception {
    assertTrue(tasks(builder().inlineWrites(false), InlineWritesTest::echo) > 0);
  }

  @Test
  void propertySwitchesItOff() throws Exception {
    System.setProperty(PROPERTY, "false");
    try {
      assertTrue(tasks(builder(), InlineWritesTest::echo) > 0);
      assertEquals(0, tasks(builder().inlineWrites(true), InlineWritesTest::echo));
    } finally {
      System.clearProperty(PROPERTY);
    }
  }

  @Test
  void tlsWritesInTheExecutor() throws Exception {
    Identity identity = Identity.create(certificates, "inline", "localhost");
    UdsAddress address = UdsAddress.ofPath(sockets.path("tls"));
    sockets.start(
        UdsServerBuilder.forAddress(
                address,
                TlsServerCredentials.create(identity.certificate.toFile(), identity.key.toFile()))
            .addService(new ByteEcho()));
    UdsChannelBuilder builder =
        UdsChannelBuilder.forAddress(
            address,
            TlsChannelCredentials.newBuilder().trustManager(identity.certificate.toFile()).build());
    assertTrue(tasks(builder, InlineWritesTest::echo) > 0);
    ByteEcho.callInEveryKind(sockets.open(builder), 1_000_000);
  }

  @Test
  void allKindsOfCallsWork() throws Exception {
    ManagedChannel channel = sockets.open(builder());
    for (int size : new int[] {0, 1, 10_000, 70_000, 1_000_000}) {
      ByteEcho.callInEveryKind(channel, size);
    }
  }

  /** What the start wrote is not to wait for the end of the interceptor's start. */
  @Test
  void interceptorMayWaitForACallOfItsOwn() throws Exception {
    AtomicInteger waits = new AtomicInteger();
    ManagedChannel channel =
        sockets.open(
            builder()
                .intercept(
                    new AfterStart(
                        next -> {
                          waits.incrementAndGet();
                          echo(next);
                        })));
    warmUp(channel);
    ByteEcho.callInEveryKind(channel, 100);
    assertEquals(1, waits.get());
  }

  /** Nor is what other threads write on the connection. */
  @Test
  void interceptorMayWaitForAnotherThread() throws Exception {
    AtomicInteger waits = new AtomicInteger();
    ManagedChannel channel =
        sockets.open(
            builder()
                .intercept(
                    new AfterStart(
                        next -> {
                          waits.incrementAndGet();
                          CompletableFuture.runAsync(() -> echo(next))
                              .get(LIMIT_SECONDS, TimeUnit.SECONDS);
                        })));
    warmUp(channel);
    ByteEcho.callInEveryKind(channel, 100);
    assertEquals(1, waits.get());
  }

  private interface Action {
    void run(Channel channel) throws Exception;
  }

  /** Does something after the start of each chat, whose headers are written at once. */
  private static final class AfterStart implements ClientInterceptor {
    private final Action action;

    AfterStart(Action action) {
      this.action = action;
    }

    @Override
    public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(
        MethodDescriptor<ReqT, RespT> method, CallOptions options, Channel next) {
      return new SimpleForwardingClientCall<ReqT, RespT>(next.newCall(method, options)) {
        @Override
        public void start(Listener<RespT> listener, Metadata headers) {
          super.start(listener, headers);
          if (method.getType() == MethodDescriptor.MethodType.BIDI_STREAMING) {
            try {
              action.run(next);
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          }
        }
      };
    }
  }

  /** The listener runs in the thread that reads the first channel. */
  @Test
  void directListenerMayWaitForAnotherChannel() throws Exception {
    ManagedChannel first = sockets.open(builder().directExecutor());
    ManagedChannel second = sockets.open(builder());
    warmUp(first);
    warmUp(second);
    assertArrayEquals(MESSAGE, inListener(first, requests -> echo(second)));
  }

  /** What it has sent on its own channel goes out meanwhile. */
  @Test
  void directListenerMayWaitForWhatItSent() throws Exception {
    String meeting = sockets.path("m");
    sockets.start(UdsServerBuilder.forPath(meeting).addService(new MeetingService()));
    ManagedChannel first = sockets.open(UdsChannelBuilder.forPath(meeting).directExecutor());
    ManagedChannel second = sockets.open(UdsChannelBuilder.forPath(meeting));
    warmUp(second);
    for (int i = 0; i < 5; i++) {
      echo(first);
    }
    byte[] answer =
        inListener(
            first,
            requests -> {
              requests.onNext(MeetingService.ARRIVAL);
              return ByteEcho.echo(second, MeetingService.ARRIVAL); // answered after the arrival
            });
    assertArrayEquals(MeetingService.ARRIVAL, answer);
  }

  private interface InListener {
    byte[] call(StreamObserver<byte[]> requests);
  }

  /** What comes of it in the listener of a chat's first answer. */
  private static byte[] inListener(ManagedChannel channel, InListener call) throws Exception {
    CompletableFuture<byte[]> result = new CompletableFuture<>();
    CompletableFuture<StreamObserver<byte[]>> requests = new CompletableFuture<>();
    StreamObserver<byte[]> answers =
        new StreamObserver<byte[]>() {
          @Override
          public void onNext(byte[] answer) {
            if (!result.isDone()) {
              try {
                result.complete(call.call(requests.join()));
              } catch (RuntimeException e) {
                result.completeExceptionally(e);
              }
            }
          }

          @Override
          public void onError(Throwable t) {
            result.completeExceptionally(t);
          }

          @Override
          public void onCompleted() {}
        };
    requests.complete(
        ClientCalls.asyncBidiStreamingCall(
            channel.newCall(ByteEcho.CHAT, ByteEcho.within(60)), answers));
    requests.join().onNext(MESSAGE);
    byte[] answer = result.get(2 * LIMIT_SECONDS + Deadline.SECONDS, TimeUnit.SECONDS);
    requests.join().onCompleted();
    return answer;
  }
}
