package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.google.common.util.concurrent.MoreExecutors;
import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.Deadline;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Threads that wait for answers at the same time, whose wake-ups the channel puts together. */
class BlockedCallersTest {
  private static final int CALLERS = 16;
  private static final int BLOCKING = 4; // beside a call that calls back in the reading thread
  private static final int ROUNDS = 100;

  @RegisterExtension final Sockets sockets = new Sockets();

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private String path;

  @BeforeEach
  void path() throws Exception {
    path = sockets.path("s");
  }

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  private static byte[] call(ManagedChannel channel, byte[] message) {
    return ClientCalls.blockingUnaryCall(
        channel, ByteEcho.ECHO, ByteEcho.within(Deadline.SECONDS), message);
  }

  @Test
  void eachGetsItsAnswer() throws Exception {
    sockets.serve(path, new ByteEcho());
    ManagedChannel channel = sockets.open(UdsChannelBuilder.forPath(path));
    List<Future<?>> callers = new ArrayList<>();
    AtomicInteger answers = new AtomicInteger();
    for (int i = 0; i < CALLERS; i++) {
      int size = 1 << (i % 13);
      callers.add(
          threads.submit(
              () -> {
                for (int n = 0; n < ROUNDS; n++) {
                  byte[] message = ByteEcho.random(size);
                  assertArrayEquals(message, call(channel, message));
                  answers.incrementAndGet();
                }
              }));
    }
    for (Future<?> caller : callers) {
      caller.get(2 * Deadline.SECONDS, TimeUnit.SECONDS);
    }
    assertEquals(CALLERS * ROUNDS, answers.get());
  }

  /** Answers so many calls at a time, the one that asks for it last. */
  private static final class Together {
    private final List<StreamObserver<byte[]>> waiting = new ArrayList<>();
    private StreamObserver<byte[]> last;

    ServerServiceDefinition definition() {
      return ServerServiceDefinition.builder(ByteEcho.ECHO.getServiceName())
          .addMethod(ByteEcho.ECHO, ServerCalls.asyncUnaryCall(this::add))
          .build();
    }

    private synchronized void add(byte[] request, StreamObserver<byte[]> answers) {
      if (request.length == 0) {
        last = answers;
      } else {
        waiting.add(answers);
      }
      if (waiting.size() < BLOCKING || last == null) {
        return;
      }
      waiting.add(last);
      for (StreamObserver<byte[]> each : waiting) {
        each.onNext(new byte[1]);
        each.onCompleted();
      }
      waiting.clear();
      last = null;
    }
  }

  /**
   * A callback of a direct executor runs in the thread that reads. If it waits for what another
   * thread does after its answer, that thread must have been woken.
   */
  @Test
  void callbackInTheReadingThreadMayWaitForOne() throws Exception {
    sockets.start(UdsServerBuilder.forPath(path).addService(new Together().definition()));
    ManagedChannel channel = sockets.open(UdsChannelBuilder.forPath(path));
    for (int i = 0; i < ROUNDS; i++) {
      CountDownLatch answered = new CountDownLatch(BLOCKING);
      for (int n = 0; n < BLOCKING; n++) {
        threads.execute(
            () -> {
              call(channel, new byte[1]);
              answered.countDown();
            });
      }
      assertNull(waitInReader(channel, answered).get(2 * Deadline.SECONDS, TimeUnit.SECONDS));
    }
  }

  /** Completes with what went wrong; null: nothing. */
  private static CompletableFuture<String> waitInReader(
      ManagedChannel channel, CountDownLatch answered) {
    CompletableFuture<String> outcome = new CompletableFuture<>();
    CallOptions direct =
        ByteEcho.within(Deadline.SECONDS).withExecutor(MoreExecutors.directExecutor());
    ClientCall<byte[], byte[]> call = channel.newCall(ByteEcho.ECHO, direct);
    call.start(
        new ClientCall.Listener<byte[]>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            try {
              boolean woken = answered.await(5, TimeUnit.SECONDS);
              outcome.complete(woken && status.isOk() ? null : "woken: " + woken + ", " + status);
            } catch (InterruptedException e) {
              outcome.completeExceptionally(e);
            }
          }
        },
        new Metadata());
    call.request(2);
    call.sendMessage(new byte[0]);
    call.halfClose();
    return outcome;
  }
}
