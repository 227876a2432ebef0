package io.github.grpcuds.it;

import static io.github.grpcuds.it.EngineServer.ECHO;
import static io.github.grpcuds.it.EngineServer.RAW;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.testkit.Deadline;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What heavy use by good clients looks like: all of it is served, on one connection. */
@Tag("long")
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HonestLoadTest {
  private static final int BURST = 9000;
  private static final int ROUNDS = 3; // the first one cold

  @RegisterExtension final EngineServer server = new EngineServer();
  @RegisterExtension final NettyClients netty = new NettyClients();

  private final List<ManagedChannel> channels = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (ManagedChannel channel : channels) {
      channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  private ManagedChannel channel(boolean netty) {
    ManagedChannel channel = netty ? netty() : UdsChannelBuilder.forPath(server.path()).build();
    channels.add(channel);
    return channel;
  }

  private ManagedChannel netty() {
    return netty.channel(server.path());
  }

  /** One call, and what comes of it. */
  private static final class Call extends ClientCall.Listener<byte[]> {
    final CompletableFuture<Status> end = new CompletableFuture<>();
    final Queue<byte[]> messages = new ConcurrentLinkedQueue<>();
    final ClientCall<byte[], byte[]> call;

    Call(ManagedChannel channel, MethodDescriptor<byte[], byte[]> method) {
      call = channel.newCall(method, CallOptions.DEFAULT);
      call.start(this, new Metadata());
      call.request(2);
    }

    Call send(byte[] message) {
      call.sendMessage(message);
      call.halfClose();
      return this;
    }

    @Override
    public void onMessage(byte[] message) {
      messages.add(message);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      end.complete(status);
    }

    Status status() throws Exception {
      return end.get(Deadline.SECONDS, TimeUnit.SECONDS);
    }
  }

  private static void assertAll(List<Call> calls, Status.Code code) throws Exception {
    Map<String, Integer> seen = new TreeMap<>();
    for (Call call : calls) {
      Status status = call.status();
      seen.merge(status.getCode() == code ? "right" : status.toString(), 1, Integer::sum);
    }
    assertEquals("{right=" + calls.size() + "}", seen.toString());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void thousandsOfCallsAtOnceAreServed(boolean netty) throws Exception {
    server.start();
    ManagedChannel channel = channel(netty);
    Call innocent = new Call(channel, ByteEcho.CHAT);
    for (int round = 0; round < ROUNDS; round++) {
      List<Call> calls = new ArrayList<>();
      byte[][] messages = {ByteEcho.random(100), ByteEcho.random(4000), ByteEcho.random(900)};
      for (int i = 0; i < BURST; i++) {
        calls.add(new Call(channel, ByteEcho.ECHO).send(messages[i % messages.length]));
      }
      assertAll(calls, Status.Code.OK);
      for (int i = 0; i < BURST; i++) {
        assertArrayEquals(messages[i % messages.length], calls.get(i).messages.peek());
      }
    }
    innocent.send(new byte[1]);
    assertEquals(Status.Code.OK, innocent.status().getCode(), () -> "" + innocent.end);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void thousandsOfCallsMayFailAtOnceWithLongDescriptions(boolean netty) throws Exception {
    int count = 2000;
    CountDownLatch begun = new CountDownLatch(count);
    Queue<ServerCall<?, ?>> waiting = new ConcurrentLinkedQueue<>();
    server.start(
        (call, headers) -> {
          waiting.add(call);
          begun.countDown();
          return new ServerCall.Listener<byte[]>() {};
        });
    ManagedChannel channel = channel(netty);
    Call innocent = new Call(channel, ByteEcho.CHAT);
    MethodDescriptor<byte[], byte[]> raw = ByteEcho.CHAT.toBuilder().setFullMethodName(RAW).build();
    List<Call> calls = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      calls.add(new Call(channel, raw).send(new byte[1]));
    }
    assertTrue(begun.await(Deadline.SECONDS, TimeUnit.SECONDS), () -> begun + " have not begun");
    Status failed = Status.ABORTED.withDescription(RawFrames.letters(4000));
    waiting.forEach(call -> call.close(failed, new Metadata()));
    assertAll(calls, Status.Code.ABORTED);
    innocent.send(new byte[1]);
    assertEquals(Status.Code.OK, innocent.status().getCode(), () -> "" + innocent.end);
  }

  /** Of a handler that sends while it may. */
  @Test
  void slowConsumerOfAMillionSmallMessagesGetsThemAll() throws Exception {
    int count = 1_000_000;
    server.start(
        (call, headers) -> {
          call.sendHeaders(new Metadata());
          return new ServerCall.Listener<byte[]>() {
            private int sent;

            @Override
            public void onReady() {
              while (sent < count && call.isReady()) {
                call.sendMessage(new byte[1]);
                sent++;
                if (sent == count) {
                  call.close(Status.OK, new Metadata());
                }
              }
            }
          };
        });
    Http2Peer peer = server.connect();
    int stream = peer.request(true, Http2Peer.grpcHeaders(RAW));
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500)); // what it does not read piles up
    Http2Reply reply = peer.awaitReply(stream);
    assertEquals("0", reply.grpcStatus());
    assertEquals(count, reply.messages().size());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void parallelUploadsWaitForEachOther(boolean netty) throws Exception {
    server.start();
    ManagedChannel channel = channel(netty);
    byte[] large = ByteEcho.random((4 << 20) - 100);
    for (int round = 0; round < ROUNDS; round++) {
      List<Call> calls = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        calls.add(new Call(channel, ByteEcho.ECHO).send(large));
      }
      assertAll(calls, Status.Code.OK);
    }
  }

  /** On several connections, at once and later, and none sees a frame that it cannot read. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void handlerThatRecursesWithoutEndWhileItSendsEndsItsCallAtMost(int alignment) throws Exception {
    Server started =
        server.start(
            (call, headers) -> {
              call.sendHeaders(new Metadata());
              call.request(1);
              return new ServerCall.Listener<byte[]>() {
                @Override
                public void onHalfClose() {
                  dive(call, alignment);
                }
              };
            });
    List<Http2Peer> peers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      peers.add(server.connect());
    }
    for (int round = 0; round < 4; round++) {
      for (Http2Peer peer : peers) {
        int stream = peer.start(RAW);
        peer.send(stream, new byte[1], true);
        String status = peer.awaitReply(stream).grpcStatus();
        // CANCELLED comes of gRPC's sendMessage, if that has stack enough left to say so.
        assertTrue(status.equals("2") || status.equals("1"), "grpc-status " + status);
        peer.call(ECHO, new byte[10]).assertOk(new byte[10]);
      }
    }
    started.shutdownNow();
    assertTrue(started.awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS), "has not terminated");
  }

  @SuppressWarnings("InfiniteRecursion")
  private static int dive(ServerCall<byte[], byte[]> call, long wide) {
    call.sendMessage(new byte[1]);
    return wide > 1 ? dive(call, wide) + dive(call, wide - 1) : dive(call, wide) + 1;
  }
}
