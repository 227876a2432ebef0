package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A blocking iterator takes the messages that are there without help from other threads. */
@Timeout(60)
class BlockingIteratorTest {
  private static final int MESSAGES = 1000;

  @RegisterExtension final Sockets sockets = new Sockets();

  private final CountDownLatch allSent = new CountDownLatch(1);
  private final AtomicInteger inOwnThread = new AtomicInteger();
  private String path;

  @BeforeEach
  void serve() throws Exception {
    path = sockets.path("s");
    sockets.serve(
        path,
        () ->
            ServerServiceDefinition.builder("grpcuds.test.ByteEcho")
                .addMethod(ByteEcho.REPEAT, ServerCalls.asyncServerStreamingCall(this::count))
                .build());
  }

  private void count(byte[] request, StreamObserver<byte[]> replies) {
    for (int i = 0; i < MESSAGES; i++) {
      replies.onNext(ByteBuffer.allocate(4).putInt(i).array());
    }
    replies.onCompleted();
    allSent.countDown();
  }

  /** Counts the messages that come in the thread which has made the call. */
  private final class Watch implements ClientInterceptor {
    private final Thread caller = Thread.currentThread();

    @Override
    public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(
        MethodDescriptor<ReqT, RespT> method, CallOptions options, Channel next) {
      return new SimpleForwardingClientCall<ReqT, RespT>(next.newCall(method, options)) {
        @Override
        public void start(Listener<RespT> listener, Metadata headers) {
          super.start(
              new SimpleForwardingClientCallListener<RespT>(listener) {
                @Override
                public void onMessage(RespT message) {
                  if (Thread.currentThread() == caller) {
                    inOwnThread.incrementAndGet();
                  }
                  super.onMessage(message);
                }
              },
              headers);
        }
      };
    }
  }

  private void readAll(Channel channel) throws InterruptedException {
    Iterator<byte[]> replies =
        ClientCalls.blockingServerStreamingCall(
            channel, ByteEcho.REPEAT, ByteEcho.within(40), new byte[1]);
    assertTrue(allSent.await(20, TimeUnit.SECONDS));
    for (int i = 0; i < MESSAGES; i++) {
      assertEquals(i, ByteBuffer.wrap(replies.next()).getInt());
    }
    assertFalse(replies.hasNext());
  }

  @Test
  void messagesThatAreThereComeInTheThreadThatReads() throws Exception {
    readAll(sockets.open(UdsChannelBuilder.forPath(path).intercept(new Watch())));
    int own = inOwnThread.get();
    assertTrue(own > MESSAGES / 2, "messages in the thread that reads: " + own);
  }

  @Test
  void anExecutorOfTheUsersRunsAllCallbacks() throws Exception {
    ExecutorService executor = Executors.newCachedThreadPool();
    try {
      UdsChannelBuilder builder = UdsChannelBuilder.forPath(path).executor(executor);
      readAll(sockets.open(builder.intercept(new Watch())));
      assertEquals(0, inOwnThread.get());
    } finally {
      executor.shutdown();
    }
  }

  @Test
  void whoAsksForMessagesOfAnAsynchronousCallIsNotCalledBackInThat() throws Exception {
    Channel channel = sockets.open(UdsChannelBuilder.forPath(path).intercept(new Watch()));
    Asking observer = new Asking();
    ClientCalls.asyncServerStreamingCall(
        channel.newCall(ByteEcho.REPEAT, ByteEcho.within(40)), new byte[1], observer);
    assertTrue(allSent.await(20, TimeUnit.SECONDS));
    for (int i = 0; i < MESSAGES; i++) {
      observer.call.request(1);
    }
    assertTrue(observer.ended.await(20, TimeUnit.SECONDS));
    assertEquals(MESSAGES, observer.messages.get());
    assertEquals(0, inOwnThread.get());
  }

  private static final class Asking implements ClientResponseObserver<byte[], byte[]> {
    final AtomicInteger messages = new AtomicInteger();
    final CountDownLatch ended = new CountDownLatch(1);
    ClientCallStreamObserver<byte[]> call;

    @Override
    public void beforeStart(ClientCallStreamObserver<byte[]> requestStream) {
      call = requestStream;
      call.disableAutoRequestWithInitial(0);
    }

    @Override
    public void onNext(byte[] message) {
      messages.incrementAndGet();
    }

    @Override
    public void onError(Throwable t) {
      ended.countDown();
    }

    @Override
    public void onCompleted() {
      ended.countDown();
    }
  }
}
