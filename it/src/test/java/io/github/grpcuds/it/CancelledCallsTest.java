package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Calls that end early cost the others of their connection nothing. -Dit.cancelled=20000 makes more
 * of them.
 */
@Timeout(120)
class CancelledCallsTest {
  private static final int CALLS = Integer.getInteger("it.cancelled", 10_200);
  private static final byte[] MESSAGE = ByteEcho.random(10);

  @RegisterExtension final Sockets sockets = new Sockets();

  /** Of the server, for TLS; null: it speaks plain text. */
  Identity identity() {
    return null;
  }

  /** A channel of the client that is tested. */
  ManagedChannel open(ScriptedServer server, boolean inlineWrites) throws IOException {
    return sockets.open(server.channelBuilder().inlineWrites(inlineWrites));
  }

  private ScriptedServer serve(ScriptedServer.Script script) throws IOException {
    return new ScriptedServer(sockets.path("s"), identity(), script);
  }

  /** Answers a call with its headers, and takes note of no RST_STREAM. */
  private static void answerHeaders(int number, int stream, ScriptedServer.Connection connection)
      throws IOException {
    connection.send(
        ScriptedServer.headers(stream),
        number == 1 ? new byte[0] : ScriptedServer.message(stream, MESSAGE));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void longCallOutlivesThem(boolean inline) throws Exception {
    try (ScriptedServer server = serve(CancelledCallsTest::answerHeaders)) {
      ManagedChannel channel = open(server, inline);
      ClientCall<byte[], byte[]> longCall = channel.newCall(ByteEcho.CHAT, CallOptions.DEFAULT);
      CompletableFuture<Status> end = new CompletableFuture<>();
      start(longCall, end);
      for (int i = 0; i < CALLS; i++) {
        server.frames.clear();
        cancelAfterItsMessage(channel);
      }
      assertGoesOn(longCall, end, server);
    }
  }

  /** All at once, so that the limits of the client's queues are met as well. */
  @Test
  void longCallOutlivesDeadlines() throws Exception {
    try (ScriptedServer server = serve(CancelledCallsTest::answerHeaders)) {
      ManagedChannel channel = open(server, true);
      ClientCall<byte[], byte[]> longCall = channel.newCall(ByteEcho.CHAT, CallOptions.DEFAULT);
      CompletableFuture<Status> end = new CompletableFuture<>();
      start(longCall, end);
      List<CompletableFuture<Status>> ends = new ArrayList<>();
      for (int i = 0; i < CALLS; i++) {
        CompletableFuture<Status> one = new CompletableFuture<>();
        start(
            channel.newCall(
                ByteEcho.CHAT,
                CallOptions.DEFAULT.withDeadlineAfter(1 + i % 100, TimeUnit.MILLISECONDS)),
            one);
        ends.add(one);
        server.frames.clear();
      }
      for (CompletableFuture<Status> one : ends) {
        assertEquals(Status.Code.DEADLINE_EXCEEDED, one.get(60, TimeUnit.SECONDS).getCode());
      }
      assertGoesOn(longCall, end, server);
    }
  }

  private static void start(ClientCall<byte[], byte[]> call, CompletableFuture<Status> end) {
    call.start(
        new ClientCall.Listener<byte[]>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            end.complete(status);
          }
        },
        new Metadata());
  }

  private static void assertGoesOn(
      ClientCall<byte[], byte[]> call, CompletableFuture<Status> end, ScriptedServer server) {
    assertFalse(end.isDone(), () -> "the long call has ended: " + end);
    assertEquals(1, server.connections(), "connections");
    call.cancel("by the test", null);
  }

  private static void cancelAfterItsMessage(ManagedChannel channel) throws Exception {
    ClientCall<byte[], byte[]> call = channel.newCall(ByteEcho.CHAT, CallOptions.DEFAULT);
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    call.start(
        new ClientCall.Listener<byte[]>() {
          @Override
          public void onMessage(byte[] message) {
            answer.complete(message);
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            answer.completeExceptionally(status.asException());
          }
        },
        new Metadata());
    call.request(1);
    assertArrayEquals(MESSAGE, answer.get(20, TimeUnit.SECONDS));
    call.cancel("by the test", null);
  }

  /** The client answers each frame of a large reply that it no longer wants. */
  @Test
  void largeRepliesThatNobodyWantsAreNoReason() throws Exception {
    byte[] frame = ScriptedServer.message(3, ByteEcho.random(16_000));
    try (ScriptedServer server =
        serve(
            (number, stream, connection) -> {
              System.arraycopy(RawFrames.bytes(stream), 0, frame, 5, 4);
              connection.send(ScriptedServer.headers(stream), RawFrames.times(200, frame));
              connection.send(RawFrames.settings());
            })) {
      ManagedChannel channel = open(server, true);
      for (int i = 0; i < 70; i++) {
        ClientCall<byte[], byte[]> call = channel.newCall(ByteEcho.CHAT, CallOptions.DEFAULT);
        CompletableFuture<Metadata> headers = new CompletableFuture<>();
        call.start(
            new ClientCall.Listener<byte[]>() {
              @Override
              public void onHeaders(Metadata its) {
                headers.complete(its);
              }
            },
            new Metadata());
        headers.get(20, TimeUnit.SECONDS);
        call.cancel("by the test", null);
      }
      assertEquals(1, server.connections(), "connections");
    }
  }
}
