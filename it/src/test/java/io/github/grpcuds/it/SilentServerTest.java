package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Throwables;
import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.Deadline;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A server with endless windows does not read, and yet no thread of a caller waits for it. */
class SilentServerTest {
  private static final int MESSAGES = 100;
  private static final int MESSAGE_BYTES = 1_000_000;
  private static final int FRAME_BYTES = 5 + MESSAGE_BYTES; // gRPC's
  private static final int FIRST_STREAM = 3; // of grpc-okhttp
  private static final long LIMIT_SECONDS = Deadline.SECONDS;
  private static final Duration PROMPTLY = Duration.ofSeconds(LIMIT_SECONDS);

  @RegisterExtension final Sockets sockets = new Sockets();

  private final CountingExecutor executor = new CountingExecutor();
  private SilentServer server;
  private ManagedChannel channel;

  @BeforeEach
  void connect() throws Exception {
    server = new SilentServer(sockets.path("silent"));
    channel =
        sockets.open(UdsChannelBuilder.forPath(sockets.path("silent")).transportExecutor(executor));
    channel.getState(true);
    server.welcome();
  }

  @AfterEach
  void close() throws IOException {
    channel.shutdownNow();
    server.close();
  }

  private static final class Call extends ClientCall.Listener<byte[]> {
    final CompletableFuture<Status> status = new CompletableFuture<>();
    final ClientCall<byte[], byte[]> call;

    Call(ManagedChannel channel) {
      call = channel.newCall(ByteEcho.CHAT, CallOptions.DEFAULT);
      call.start(this, new Metadata());
      call.request(1);
    }

    @Override
    public void onClose(Status closed, Metadata trailers) {
      status.complete(closed);
    }

    Status status() throws Exception {
      return status.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }
  }

  private Call sendAll() {
    return assertTimeoutPreemptively(
        PROMPTLY,
        () -> {
          Call call = new Call(channel);
          call.call.sendMessage(new byte[0]);
          for (int i = 0; i < MESSAGES; i++) {
            call.call.sendMessage(message(i));
          }
          return call;
        });
  }

  private static byte[] message(int number) {
    byte[] message = ByteEcho.random(MESSAGE_BYTES);
    message[0] = (byte) number;
    return message;
  }

  private static long checksumOfAll() {
    CRC32 sum = new CRC32();
    sum.update(new byte[5], 0, 5);
    for (int i = 0; i < MESSAGES; i++) {
      sum.update(ByteBuffer.allocate(5).put((byte) 0).putInt(MESSAGE_BYTES).array(), 0, 5);
      sum.update(message(i), 0, MESSAGE_BYTES);
    }
    return sum.getValue();
  }

  @Test
  void sendingReturnsAndAllArrivesIntactInTheEnd() throws Exception {
    sendAll();
    assertEquals(checksumOfAll(), server.read(FIRST_STREAM, 5L + (long) MESSAGES * FRAME_BYTES));
  }

  @Test
  void largeMessageReturns() {
    assertTimeoutPreemptively(
        PROMPTLY,
        () -> {
          Call call = new Call(channel);
          call.call.sendMessage(new byte[MESSAGES * MESSAGE_BYTES]);
          call.call.sendMessage(new byte[MESSAGES * MESSAGE_BYTES]);
        });
  }

  @Test
  void otherStreamsAndChannelsGoOn() throws Exception {
    sendAll();
    List<Call> others = new ArrayList<>();
    assertTimeoutPreemptively(
        PROMPTLY,
        () -> {
          for (int i = 0; i < 200; i++) {
            Call call = new Call(channel);
            call.call.sendMessage(new byte[1000]);
            others.add(call);
          }
          for (Call call : others) {
            call.call.cancel("by the test", null);
          }
        });
    for (Call call : others) {
      assertEquals(Status.Code.CANCELLED, call.status().getCode());
    }
    String path = sockets.path("s");
    sockets.serve(path, new ByteEcho());
    assertArrayEquals(new byte[10], ByteEcho.echo(sockets.channel(path), new byte[10]));
  }

  @Test
  void endOfTheServerEndsCallsAndThreads() throws Exception {
    Call call = sendAll();
    server.close();
    Status status = call.status();
    assertEquals(
        Status.Code.UNAVAILABLE,
        status.getCode(),
        () -> status + "\n" + Throwables.getStackTraceAsString(status.asException()));
    channel.shutdown();
    assertTrue(channel.awaitTermination(LIMIT_SECONDS, TimeUnit.SECONDS), "still open");
    Await.until(() -> executor.running.get() == 0, () -> executor.running + " run");
  }

  @Test
  void shutdownNowEndsCallsAndThreads() throws Exception {
    Call call = sendAll();
    channel.shutdownNow();
    assertEquals(Status.Code.UNAVAILABLE, call.status().getCode());
    assertTrue(channel.awaitTermination(LIMIT_SECONDS, TimeUnit.SECONDS), "still open");
    Await.until(() -> executor.running.get() == 0, () -> executor.running + " run");
  }

  /** What shutdownNow itself writes may be the first that does not fit. */
  @Test
  void shutdownNowWithAFullSocketEndsThreads() throws Exception {
    Call call = new Call(channel);
    call.call.sendMessage(new byte[0]);
    Deadline deadline = Deadline.start();
    while (executor.running.get() < 2) {
      deadline.check(() -> executor.running + " run");
      call.call.sendMessage(new byte[1]);
    }
    channel.shutdownNow();
    assertTrue(channel.awaitTermination(LIMIT_SECONDS, TimeUnit.SECONDS), "still open");
    Await.until(() -> executor.running.get() == 0, () -> executor.running + " run");
  }
}
