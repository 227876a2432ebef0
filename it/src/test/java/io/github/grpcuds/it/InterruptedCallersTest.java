package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Threads are interrupted that write to a socket for calls: the connection goes on. */
class InterruptedCallersTest {
  private static final long STORM_SECONDS = Long.getLong("grpcuds.stress.seconds", 3);
  private static final int CALLERS = 4;

  @RegisterExtension final Sockets sockets = new Sockets();

  private final ConnectionCount connections = new ConnectionCount();
  private ManagedChannel channel;

  @BeforeEach
  void connect() throws Exception {
    String path = sockets.path("s");
    sockets.start(
        UdsServerBuilder.forPath(path).addService(new ByteEcho()).addTransportFilter(connections));
    channel = sockets.open(UdsChannelBuilder.forPath(path));
    for (int i = 0; i < 5; i++) {
      ByteEcho.echo(channel, new byte[1]);
    }
  }

  /** In a thread of its own, so that no flag is left to another test. */
  private static <T> T inThread(Callable<T> work) throws Exception {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                result.complete(work.call());
              } catch (Throwable t) {
                result.completeExceptionally(t);
              }
            });
    thread.start();
    return result.get(Deadline.SECONDS, TimeUnit.SECONDS);
  }

  private void assertOneConnection() {
    ByteEcho.echo(channel, new byte[1]);
    assertEquals("1 begun, 0 ended", connections.toString());
  }

  @Test
  void asyncCallsOfAnInterruptedThreadSucceed() throws Exception {
    for (int size : new int[] {10, 100_000, 3_000_000}) {
      for (int i = 0; i < 20; i++) {
        byte[] message = ByteEcho.random(size);
        Recorder<byte[]> answer = inThread(() -> startInterrupted(message));
        assertEquals(Status.OK, answer.status());
        assertArrayEquals(message, answer.next());
      }
    }
    assertOneConnection();
  }

  private Recorder<byte[]> startInterrupted(byte[] message) {
    Thread.currentThread().interrupt();
    Recorder<byte[]> answer = new Recorder<>();
    ClientCalls.asyncUnaryCall(
        channel.newCall(ByteEcho.ECHO, ByteEcho.within(60)), message, answer);
    assertTrue(Thread.currentThread().isInterrupted(), "the flag is gone");
    return answer;
  }

  /** Unless the answer was faster. */
  @Test
  void blockingCallsOfAnInterruptedThreadAreCancelled() throws Exception {
    int cancelled = 0;
    for (int i = 0; i < 100; i++) {
      Status.Code code = inThread(this::callInterrupted);
      cancelled += code == Status.Code.CANCELLED ? 1 : 0;
      assertTrue(code == Status.Code.CANCELLED || code == Status.Code.OK, () -> "ended: " + code);
    }
    assertTrue(cancelled > 0, "none was cancelled");
    assertOneConnection();
  }

  private Status.Code callInterrupted() {
    Thread.currentThread().interrupt();
    try {
      ByteEcho.echo(channel, new byte[10]);
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    } finally {
      assertTrue(Thread.currentThread().isInterrupted(), "the flag is gone");
    }
  }

  @Test
  void interruptsAtAnyMomentEndNoConnection() throws Exception {
    AtomicInteger answered = new AtomicInteger();
    AtomicInteger cancelled = new AtomicInteger();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(STORM_SECONDS);
    List<Thread> callers = new ArrayList<>();
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      Random random = new Random(i);
      CompletableFuture<Void> done = new CompletableFuture<>();
      Thread caller =
          new Thread(
              () -> {
                try {
                  while (System.nanoTime() < end) {
                    call(random, answered, cancelled);
                  }
                  done.complete(null);
                } catch (Throwable t) {
                  done.completeExceptionally(t);
                }
              });
      callers.add(caller);
      all.add(done);
      caller.start();
    }
    Random random = new Random();
    while (System.nanoTime() < end) {
      callers.get(random.nextInt(CALLERS)).interrupt();
      TimeUnit.MICROSECONDS.sleep(random.nextInt(500));
    }
    for (CompletableFuture<Void> one : all) {
      one.get(Deadline.SECONDS, TimeUnit.SECONDS);
    }
    assertOneConnection();
    assertTrue(answered.get() > 0, "no call was answered");
    assertTrue(cancelled.get() > 0, "no call was interrupted");
  }

  private void call(Random random, AtomicInteger answered, AtomicInteger cancelled) {
    byte[] message = ByteEcho.random(random.nextInt(random.nextInt(10) == 0 ? 300_000 : 100));
    try {
      byte[] answer = random.nextBoolean() ? ByteEcho.echo(channel, message) : await(message);
      assertArrayEquals(message, answer);
      answered.incrementAndGet();
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.CANCELLED) {
        fail(e);
      }
      cancelled.incrementAndGet();
      Thread.interrupted();
    }
  }

  /** An asynchronous call, which no interrupt ends. */
  private byte[] await(byte[] message) {
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    ClientCalls.asyncUnaryCall(
        channel.newCall(ByteEcho.ECHO, ByteEcho.within(60)), message, new Answer(answer));
    try {
      return answer.join();
    } catch (CompletionException e) {
      throw new AssertionError(e);
    }
  }

  private static final class Answer implements StreamObserver<byte[]> {
    private final CompletableFuture<byte[]> answer;

    Answer(CompletableFuture<byte[]> answer) {
      this.answer = answer;
    }

    @Override
    public void onNext(byte[] value) {
      answer.complete(value);
    }

    @Override
    public void onError(Throwable t) {
      answer.completeExceptionally(t);
    }

    @Override
    public void onCompleted() {}
  }
}
