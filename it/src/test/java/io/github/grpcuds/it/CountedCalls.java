package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Calls to {@link CountingServer}s: what came of each, and how often it ran. */
final class CountedCalls {
  static final List<MethodDescriptor<byte[], byte[]>> KINDS =
      Arrays.asList(ByteEcho.ECHO, ByteEcho.JOIN, ByteEcho.REPEAT, ByteEcho.CHAT);

  /** How calls may end: CANCELLED is what a server says that is stopped. */
  private static final Set<Status.Code> ENDS =
      EnumSet.of(Status.Code.OK, Status.Code.UNAVAILABLE, Status.Code.CANCELLED);

  private static final byte[] MESSAGE = ByteEcho.random(10);
  private static final long LIMIT_SECONDS = 60;

  private final AtomicInteger count = new AtomicInteger();
  private final Map<String, CompletableFuture<Status>> calls = new ConcurrentHashMap<>();

  /** Begins a call that its first server does not answer. */
  void hold(ManagedChannel channel, MethodDescriptor<byte[], byte[]> kind, boolean waitForReady) {
    assertFalse(call(channel, kind, waitForReady, true).isDone(), "no server holds it");
  }

  /** Returns once a server has answered. */
  void awaitAnswer(ManagedChannel channel) throws Exception {
    call(channel, ByteEcho.ECHO, true, false).get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  private CompletableFuture<Status> call(
      ManagedChannel channel,
      MethodDescriptor<byte[], byte[]> kind,
      boolean waitForReady,
      boolean held) {
    String name = (held ? CountingServer.HELD : "call-") + count.incrementAndGet();
    CompletableFuture<Status> end = new CompletableFuture<>();
    calls.put(name, end);
    CallOptions options = ByteEcho.within(LIMIT_SECONDS);
    ClientCall<byte[], byte[]> call =
        channel.newCall(kind, waitForReady ? options.withWaitForReady() : options);
    Metadata headers = new Metadata();
    headers.put(CountingServer.NAME, name);
    call.start(
        new ClientCall.Listener<byte[]>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            end.complete(status);
          }
        },
        headers);
    call.request(Integer.MAX_VALUE);
    call.sendMessage(MESSAGE);
    if (!held || kind.getType().clientSendsOneMessage()) {
      call.halfClose();
    }
    return end;
  }

  /** One call after the other, until the current thread is interrupted. */
  void goOn(ManagedChannel channel, int seed) {
    Random random = new Random(seed);
    while (!Thread.currentThread().isInterrupted()) {
      CompletableFuture<Status> end =
          call(channel, KINDS.get(random.nextInt(KINDS.size())), random.nextBoolean(), false);
      while (!end.isDone() && !Thread.currentThread().isInterrupted()) {
        LockSupport.parkNanos(100_000);
      }
      LockSupport.parkNanos(random.nextInt(2_000_000));
    }
  }

  /**
   * Each call has ended, and has run once if it was answered, else at most once.
   *
   * @param log of the servers
   */
  void check(Path log) throws Exception {
    for (CompletableFuture<Status> end : calls.values()) {
      end.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }
    Map<String, Integer> runs = runs(log);
    Map<String, Integer> summary = new TreeMap<>();
    for (Map.Entry<String, CompletableFuture<Status>> call : calls.entrySet()) {
      String name = call.getKey();
      Status status = call.getValue().join();
      int ran = runs.getOrDefault(name, 0);
      assertTrue(ran <= 1, () -> name + " ran " + ran + " times: " + status);
      assertTrue(ran == 1 || !(status.isOk() || name.startsWith(CountingServer.HELD)), name);
      assertTrue(ENDS.contains(status.getCode()), () -> name + ": " + status);
      summary.merge((ran == 0 ? "not run, " : "run, ") + status.getCode(), 1, Integer::sum);
    }
    System.out.println("calls: " + summary);
  }

  private static Map<String, Integer> runs(Path log) throws IOException {
    Map<String, Integer> runs = new HashMap<>();
    for (String name : Files.readAllLines(log)) {
      runs.merge(name, 1, Integer::sum);
    }
    return runs;
  }
}
