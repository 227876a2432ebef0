package io.github.grpcuds.it;

import static io.github.grpcuds.it.EngineServer.ECHO;
import static io.github.grpcuds.it.EngineServer.RAW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerServiceDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How many handlers one client can have run, and what they may cost the calls of another. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HandlerBoundsTest {
  private static final int LIMIT = 10;
  private static final int ROUNDS = 6;
  private static final byte[] MESSAGE = ByteEcho.random(10);

  @RegisterExtension final EngineServer server = new EngineServer();

  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();
  private final AtomicInteger begun = new AtomicInteger();
  private final CountDownLatch end = new CountDownLatch(1);
  private ExecutorService executor;

  @AfterEach
  void stop() {
    end.countDown();
    if (executor != null) {
      executor.shutdownNow();
    }
  }

  /** RAW blocks for a while, whatever becomes of the call. */
  private void start(long blocksMillis, UnaryOperator<ServerBuilder<?>> options) throws Exception {
    ServerServiceDefinition service =
        ServerServiceDefinition.builder("test.Raw")
            .addMethod(
                ByteEcho.ECHO.toBuilder()
                    .setType(MethodType.BIDI_STREAMING)
                    .setFullMethodName(RAW)
                    .build(),
                (call, headers) ->
                    new ServerCall.Listener<byte[]>() {
                      @Override
                      public void onHalfClose() {
                        block(blocksMillis);
                      }
                    })
            .build();
    server.start(options.apply(server.builder().addService(service)));
  }

  private void block(long millis) {
    begun.incrementAndGet();
    most.accumulateAndGet(running.incrementAndGet(), Math::max);
    try {
      end.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      running.decrementAndGet();
    }
  }

  private static String[] raw(String... moreHeaders) {
    return Http2Peer.concat(Http2Peer.grpcHeaders(RAW), moreHeaders);
  }

  private static ServerBuilder<?> limited(ServerBuilder<?> builder) {
    return EngineServer.maxCalls(builder, LIMIT);
  }

  /** Calls whose deadlines pass long before their handlers return, on some connections. */
  private void assertDeadlinesBounded(int connections) throws Exception {
    List<Http2Peer> peers = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      peers.add(server.connect());
    }
    for (int round = 0; round < ROUNDS; round++) {
      for (Http2Peer peer : peers) {
        List<Integer> streams = new ArrayList<>();
        for (int i = 0; i < LIMIT; i++) {
          streams.add(peer.request(true, raw("grpc-timeout", "20m")));
        }
        for (int stream : streams) {
          Http2Reply reply = peer.awaitReply(stream);
          assertEquals("4", reply.grpcStatus(), reply::toString);
        }
      }
    }
    for (Http2Peer peer : peers) {
      assertBounded(peer, connections);
    }
  }

  private void assertResetsBounded() throws Exception {
    Http2Peer peer = server.connect();
    for (int round = 1; round <= ROUNDS; round++) {
      List<Integer> streams = new ArrayList<>();
      for (int i = 0; i < LIMIT; i++) {
        streams.add(peer.request(true, raw()));
      }
      peer.barrier();
      long patience = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50);
      while (begun.get() < round * LIMIT && System.nanoTime() < patience) {
        Thread.sleep(1); // those of later rounds do not begin while the first ones run
      }
      for (int stream : streams) {
        peer.reset(stream, Http2Frame.CANCEL);
      }
    }
    assertBounded(peer, 1);
  }

  private void assertBounded(Http2Peer peer, int connections) throws Exception {
    peer.call(ECHO, MESSAGE).assertOk(MESSAGE); // in the end it has its turn
    assertTrue(most.get() <= connections * LIMIT, "handlers at a time: " + most);
    assertTrue(most.get() > 0, "no handler began");
  }

  @Test
  void deadlinesThatPassMakeNoMoreHandlersThanCallsMayBeOpen() throws Exception {
    start(300, HandlerBoundsTest::limited);
    assertDeadlinesBounded(1);
  }

  @Test
  void deadlinesThatPassAreBoundedOnEachOfSeveralConnections() throws Exception {
    start(300, HandlerBoundsTest::limited);
    assertDeadlinesBounded(3);
  }

  @Test
  void resetsMakeNoMoreHandlersThanCallsMayBeOpen() throws Exception {
    start(300, HandlerBoundsTest::limited);
    assertResetsBounded();
  }

  @Test
  void resetsMakeNoMoreHandlersInAnExecutorOfTheUsers() throws Exception {
    executor = Executors.newCachedThreadPool();
    start(300, builder -> limited(builder).executor(executor));
    assertResetsBounded();
  }

  @Test
  void resetsMakeNoMoreHandlersInAnExecutorThatTheUserChooses() throws Exception {
    executor = Executors.newCachedThreadPool();
    start(300, builder -> limited(builder).callExecutor(new Always(executor)));
    assertResetsBounded();
  }

  private static final class Always implements ServerCallExecutorSupplier {
    private final ExecutorService executor;

    Always(ExecutorService executor) {
      this.executor = executor;
    }

    @Override
    public <ReqT, RespT> ExecutorService getExecutor(
        ServerCall<ReqT, RespT> call, Metadata headers) {
      return executor;
    }
  }

  /** Handlers that return after their answers do not keep the next call from beginning. */
  @Test
  void oneCallAfterTheOtherIsServedThoughHandlersReturnLate() throws Exception {
    start(0, builder -> EngineServer.maxCalls(builder, 1));
    Http2Peer peer = server.connect();
    for (int i = 0; i < 200; i++) {
      peer.call(ECHO, MESSAGE).assertOk(MESSAGE);
    }
  }

  /**
   * A client with thousands of calls that block delays its own, and not another's. Told by how many
   * of them begin before one of the other's does, which depends little on how busy the machine is.
   */
  @Test
  void callsThatBlockLetAnothersBegin() throws Exception {
    start(60_000, builder -> builder);
    Http2Peer greedy = server.connect();
    Http2Peer modest = server.connect();
    modest.call(ECHO, MESSAGE).assertOk(MESSAGE);
    for (int i = 0; i < 1000; i++) {
      greedy.request(true, raw());
    }
    int most = 0;
    long slowest = 0;
    for (int i = 0; i < 10; i++) {
      int before = begun.get();
      long start = System.nanoTime();
      modest.call(ECHO, MESSAGE).assertOk(MESSAGE);
      slowest = Math.max(slowest, System.nanoTime() - start);
      most = Math.max(most, begun.get() - before);
    }
    end.countDown();
    long millis = TimeUnit.NANOSECONDS.toMillis(slowest);
    assertTrue(most < 300 || millis < 100, most + " began first, " + millis + " ms");
  }
}
