package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.it.BridgeSide.Arrival;
import io.github.grpcuds.it.BridgeSide.Backend;
import io.github.grpcuds.it.BridgeSide.Caller;
import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.server.UdsBridge;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.Deadline;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.okhttp.OkHttpChannelBuilder;
import io.grpc.okhttp.OkHttpServerBuilder;
import io.grpc.stub.ClientCalls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Back-pressure, cancellation, load and failures through {@link UdsBridge#forwardTo}. */
class BridgeFlowTest {
  private static final String METHOD = "any.Service/Method";
  private static final int MESSAGE_BYTES = 64 * 1024;
  private static final int MESSAGES =
      Integer.getInteger("grpcuds.it.bridge.megabytes", 128) * 16; // 16 of them are a MiB

  /** The windows of two connections, 8 MiB each, what their sockets hold, and some messages. */
  private static final long MOST_BYTES_UNDER_WAY = 24L * 1024 * 1024;

  @RegisterExtension final Sockets sockets = new Sockets();

  private final Backend backend = new Backend();
  private String path;
  private String backendPath;

  @BeforeEach
  void choosePaths() {
    path = sockets.path("bridge");
    backendPath = sockets.path("backend");
  }

  private Server startBackend() throws Exception {
    return sockets.start(UdsServerBuilder.forPath(backendPath).fallbackHandlerRegistry(backend));
  }

  private Server startBridge() throws Exception {
    return sockets.start(
        UdsServerBuilder.forPath(path)
            .fallbackHandlerRegistry(UdsBridge.forwardTo(sockets.channel(backendPath)))
            .directExecutor());
  }

  /** Sends what the other side takes, and counts it. */
  private abstract static class Sender {
    final AtomicLong sent = new AtomicLong();
    private final byte[] message = ByteEcho.random(MESSAGE_BYTES);

    abstract boolean isReady();

    abstract void send(byte[] bytes);

    abstract void end();

    synchronized void sendWhatFits() {
      while (sent.get() < MESSAGES && isReady()) {
        send(message);
        if (sent.incrementAndGet() == MESSAGES) {
          end();
        }
      }
    }

    /** Waits until it is stopped by back-pressure, and returns how many messages that took. */
    long awaitStandstill() {
      AtomicLong last = new AtomicLong(-1);
      AtomicLong since = new AtomicLong(System.nanoTime());
      Await.until(
          () -> {
            long now = sent.get();
            if (now != last.getAndSet(now)) {
              since.set(System.nanoTime());
            }
            return now > 0 && System.nanoTime() - since.get() > TimeUnit.MILLISECONDS.toNanos(500);
          },
          () -> sent + " messages sent, and no end");
      return last.get();
    }
  }

  private static final class Reader {
    final AtomicLong received = new AtomicLong();
    final AtomicLong mostUnderWay = new AtomicLong();

    void count(byte[] message, Sender sender) {
      assertEquals(MESSAGE_BYTES, message.length);
      long underWay = sender.sent.get() - received.incrementAndGet();
      mostUnderWay.accumulateAndGet(underWay, Math::max);
      if (received.get() % 100 == 0) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2)); // slower than the sender
      }
    }

    void check(Sender sender, long standstill) {
      assertTrue(
          standstill * MESSAGE_BYTES < MOST_BYTES_UNDER_WAY, standstill + " messages at once");
      assertEquals(MESSAGES, received.get());
      assertEquals(MESSAGES, sender.sent.get());
      assertTrue(
          mostUnderWay.get() * MESSAGE_BYTES < MOST_BYTES_UNDER_WAY,
          mostUnderWay + " messages under way");
    }
  }

  @Test
  void slowCallerStopsTheBackend() throws Exception {
    BlockingQueue<Sender> senders = new LinkedBlockingQueue<>();
    sockets.start(
        UdsServerBuilder.forPath(backendPath)
            .addService(
                ServerServiceDefinition.builder("any.Service")
                    .addMethod(
                        ByteEcho.CHAT.toBuilder().setFullMethodName(METHOD).build(),
                        (call, headers) -> sending(call, senders))
                    .build()));
    startBridge();
    Reader reader = new Reader();
    BlockingQueue<Status> ended = new LinkedBlockingQueue<>();
    ClientCall<byte[], byte[]> call =
        sockets
            .channel(path)
            .newCall(
                ByteEcho.CHAT.toBuilder().setFullMethodName(METHOD).build(), CallOptions.DEFAULT);
    Sender[] sender = new Sender[1];
    call.start(
        new ClientCall.Listener<byte[]>() {
          @Override
          public void onMessage(byte[] message) {
            reader.count(message, sender[0]);
            call.request(1);
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            ended.add(status);
          }
        },
        new Metadata());
    sender[0] = BridgeSide.take(senders, "call");
    long standstill = sender[0].awaitStandstill();
    call.request(1);
    assertEquals(Status.OK, BridgeSide.take(ended, "end"));
    reader.check(sender[0], standstill);
  }

  private static ServerCall.Listener<byte[]> sending(
      ServerCall<byte[], byte[]> call, BlockingQueue<Sender> senders) {
    Sender sender =
        new Sender() {
          @Override
          boolean isReady() {
            return call.isReady();
          }

          @Override
          void send(byte[] bytes) {
            call.sendMessage(bytes);
          }

          @Override
          void end() {
            call.close(Status.OK, new Metadata());
          }
        };
    call.sendHeaders(new Metadata());
    senders.add(sender);
    return new ServerCall.Listener<byte[]>() {
      @Override
      public void onReady() {
        sender.sendWhatFits();
      }
    };
  }

  @Test
  void slowBackendStopsTheCaller() throws Exception {
    Reader reader = new Reader();
    BlockingQueue<ServerCall<byte[], byte[]>> calls = new LinkedBlockingQueue<>();
    Sender[] sender = new Sender[1];
    sockets.start(
        UdsServerBuilder.forPath(backendPath)
            .addService(
                ServerServiceDefinition.builder("any.Service")
                    .addMethod(
                        ByteEcho.CHAT.toBuilder().setFullMethodName(METHOD).build(),
                        (call, headers) -> {
                          calls.add(call);
                          return reading(call, reader, sender);
                        })
                    .build()));
    startBridge();
    BlockingQueue<Status> ended = new LinkedBlockingQueue<>();
    ClientCall<byte[], byte[]> call =
        sockets
            .channel(path)
            .newCall(
                ByteEcho.CHAT.toBuilder().setFullMethodName(METHOD).build(), CallOptions.DEFAULT);
    sender[0] = sending(call);
    call.start(
        new ClientCall.Listener<byte[]>() {
          @Override
          public void onReady() {
            sender[0].sendWhatFits();
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            ended.add(status);
          }
        },
        new Metadata());
    ServerCall<byte[], byte[]> arrived = BridgeSide.take(calls, "call");
    long standstill = sender[0].awaitStandstill();
    arrived.request(1);
    assertEquals(Status.Code.OK, BridgeSide.take(ended, "end").getCode());
    reader.check(sender[0], standstill);
  }

  private static Sender sending(ClientCall<byte[], byte[]> call) {
    return new Sender() {
      @Override
      boolean isReady() {
        return call.isReady();
      }

      @Override
      void send(byte[] bytes) {
        call.sendMessage(bytes);
      }

      @Override
      void end() {
        call.halfClose();
      }
    };
  }

  private static ServerCall.Listener<byte[]> reading(
      ServerCall<byte[], byte[]> call, Reader reader, Sender[] sender) {
    return new ServerCall.Listener<byte[]>() {
      @Override
      public void onMessage(byte[] message) {
        reader.count(message, sender[0]);
        call.request(1);
      }

      @Override
      public void onHalfClose() {
        call.sendHeaders(new Metadata());
        call.close(Status.OK, new Metadata());
      }
    };
  }

  /** How far the call has come: 0 is at the backend, then a step each. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void cancellationReachesTheBackendInEachPhase(int phase) throws Exception {
    startBackend();
    startBridge();
    Caller caller = Caller.start(sockets.channel(path), METHOD);
    Arrival arrival = backend.next();
    if (phase >= 1) {
      caller.call.sendMessage(new byte[] {1});
      arrival.call.request(1);
      assertArrayEquals(new byte[] {1}, arrival.message());
    }
    if (phase >= 2) {
      arrival.call.sendHeaders(new Metadata());
      caller.headers();
    }
    if (phase >= 3) {
      caller.call.request(1);
      arrival.call.sendMessage(new byte[] {2});
      assertArrayEquals(new byte[] {2}, caller.message());
    }
    if (phase >= 4) {
      caller.call.halfClose();
      assertEquals("half-close", arrival.event());
    }
    caller.call.cancel("for a test", null);
    assertEquals("cancel", arrival.event());
    assertEquals(Status.Code.CANCELLED, caller.status().getCode());
    echoWorks(caller);
  }

  /** A call that came in beside one that was ended is served. */
  private void echoWorks(Caller before) throws Exception {
    Caller next = Caller.start(sockets.channel(path), METHOD);
    backend.next().call.close(Status.OK, new Metadata());
    assertEquals(Status.Code.OK, next.status().getCode(), () -> "after " + before.call);
  }

  @Test
  void callerThatCancelsWhileTheBackendIsAbsentIsForgotten() throws Exception {
    Server bridge = startBridge();
    ManagedChannel channel = sockets.channel(path);
    for (int i = 0; i < 20; i++) {
      Caller caller = Caller.start(channel, METHOD);
      caller.call.sendMessage(new byte[] {1});
      caller.call.cancel("for a test", null);
      caller.status(); // CANCELLED, or UNAVAILABLE if the connect has failed first
    }
    bridge.shutdown();
    assertTrue(bridge.awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS), "calls are left");
  }

  @Test
  void absentBackendIsUnavailableWithTheReason() throws Exception {
    startBridge();
    Status status = Caller.start(sockets.channel(path), METHOD).status();
    assertEquals(Status.Code.UNAVAILABLE, status.getCode());
    assertTrue(String.valueOf(status.getDescription()).contains(backendPath), status.toString());
  }

  @Test
  void backendThatEndsInACallEndsTheCallAndItsSuccessorServesTheNext() throws Exception {
    Server first = startBackend();
    startBridge();
    ManagedChannel channel = sockets.channel(path);
    Caller caller = Caller.start(channel, METHOD);
    Arrival arrival = backend.next();
    arrival.call.sendHeaders(new Metadata());
    caller.headers();
    first.shutdownNow();
    Status status = caller.status();
    assertEquals(Status.Code.CANCELLED, status.getCode(), status.toString()); // as without a bridge
    assertTrue(first.awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS));
    startBackend();
    Await.until(() -> isServed(channel), () -> "no call comes to the new backend");
  }

  private boolean isServed(ManagedChannel channel) throws Exception {
    Caller caller = Caller.start(channel, METHOD);
    Arrival arrival = backend.arrivals.poll(1, TimeUnit.SECONDS);
    if (arrival != null) {
      arrival.call.close(Status.OK, new Metadata());
    }
    return caller.status().isOk();
  }

  @Test
  void endOfTheBridgeCancelsTheCallAtTheBackend() throws Exception {
    startBackend();
    Server bridge = startBridge();
    Caller caller = Caller.start(sockets.channel(path), METHOD);
    Arrival arrival = backend.next();
    bridge.shutdownNow();
    assertEquals("cancel", arrival.event());
    assertEquals(Status.Code.CANCELLED, caller.status().getCode());
  }

  @Test
  void channelsBalancerSpreadsTheCalls() throws Exception {
    Backend other = new Backend();
    String otherPath = sockets.path("other");
    startBackend();
    sockets.start(UdsServerBuilder.forPath(otherPath).fallbackHandlerRegistry(other));
    ManagedChannel balanced =
        sockets.open(
            UdsChannelBuilder.forTarget("unix:" + backendPath + "," + otherPath)
                .defaultLoadBalancingPolicy("round_robin"));
    sockets.start(
        UdsServerBuilder.forPath(path)
            .fallbackHandlerRegistry(UdsBridge.forwardTo(balanced))
            .directExecutor());
    ManagedChannel channel = sockets.channel(path);
    int[] served = new int[2];
    Await.until(
        () -> {
          Caller caller = Caller.start(channel, METHOD);
          Arrival arrival = null;
          for (int i = 0; arrival == null && caller.statuses.isEmpty(); i = 1 - i) {
            arrival = (i == 0 ? backend : other).arrivals.poll(10, TimeUnit.MILLISECONDS);
            served[i] += arrival == null ? 0 : 1;
          }
          if (arrival != null) {
            arrival.call.close(Status.OK, new Metadata());
          }
          assertEquals(Status.Code.OK, caller.status().getCode());
          return served[0] > 2 && served[1] > 2;
        },
        () -> "calls of the backends: " + served[0] + " and " + served[1]);
  }

  /**
   * grpc-okhttp's server and client both run events under the lock of their connection, if they may
   * run them in their own threads.
   */
  @Test
  void frontOfGrpcOkHttpDoesNotWaitForItsChannel() throws Exception {
    sockets.serve(backendPath, new ByteEcho());
    Server front =
        sockets.start(
            OkHttpServerBuilder.forPort(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    InsecureServerCredentials.create())
                .fallbackHandlerRegistry(UdsBridge.forwardTo(sockets.channel(backendPath)))
                .directExecutor());
    ManagedChannel channel =
        sockets.add(
            OkHttpChannelBuilder.forTarget("dns:///127.0.0.1:" + front.getPort())
                .usePlaintext()
                .build());
    CallOptions limited = ByteEcho.within(Deadline.SECONDS);
    ExecutorService callers = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        all.add(callers.submit(() -> repeat(channel, limited)));
      }
      for (Future<?> caller : all) {
        caller.get(Deadline.SECONDS, TimeUnit.SECONDS);
      }
    } finally {
      callers.shutdownNow();
    }
  }

  private static void repeat(ManagedChannel channel, CallOptions options) {
    for (int i = 0; i < 500; i++) {
      ClientCalls.blockingUnaryCall(channel, ByteEcho.ECHO, options, new byte[] {1});
    }
  }

  @Test
  void thousandCallsAtOnceOnSeveralConnections() throws Exception {
    sockets.start(InProcessServerBuilder.forName(path).addService(new ByteEcho()));
    sockets.start(
        UdsServerBuilder.forPath(path)
            .fallbackHandlerRegistry(
                UdsBridge.forwardTo(sockets.add(InProcessChannelBuilder.forName(path).build())))
            .directExecutor());
    List<ManagedChannel> channels = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      channels.add(sockets.channel(path));
    }
    List<Recorder<byte[]>> answers = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      Recorder<byte[]> answer = new Recorder<>();
      ClientCalls.asyncUnaryCall(
          channels.get(i % 4).newCall(ByteEcho.ECHO, ByteEcho.within(Deadline.SECONDS)),
          ByteEcho.random(i),
          answer);
      answers.add(answer);
    }
    for (int i = 0; i < 1000; i++) {
      assertArrayEquals(ByteEcho.random(i), answers.get(i).next(), "call " + i);
      assertEquals(Status.OK, answers.get(i).status());
    }
  }

  /** One connection's callers read nothing; the other's are served. */
  @Test
  void connectionThatDoesNotReadKeepsNobodyElseWaiting() throws Exception {
    startBackend();
    startBridge();
    ManagedChannel stuck = sockets.channel(path);
    for (int i = 0; i < 8; i++) {
      Caller.start(stuck, METHOD);
      Arrival arrival = backend.next();
      arrival.call.sendHeaders(new Metadata());
      while (arrival.call.isReady()) {
        arrival.call.sendMessage(new byte[MESSAGE_BYTES]);
      }
    }
    Caller caller = Caller.start(sockets.channel(path), METHOD);
    Arrival arrival = backend.next();
    arrival.call.sendHeaders(new Metadata());
    arrival.call.sendMessage(new byte[] {3});
    caller.call.request(1);
    assertArrayEquals(new byte[] {3}, caller.message());
    arrival.call.close(Status.OK, new Metadata());
    assertEquals(Status.Code.OK, caller.status().getCode());
  }
}
