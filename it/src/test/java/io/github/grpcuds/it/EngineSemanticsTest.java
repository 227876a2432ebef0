package io.github.grpcuds.it;

import static io.github.grpcuds.it.EngineServer.CHAT;
import static io.github.grpcuds.it.EngineServer.ECHO;
import static io.github.grpcuds.it.EngineServer.JOIN;
import static io.github.grpcuds.it.EngineServer.RAW;
import static io.github.grpcuds.it.EngineServer.WAIT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Deadline;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How gRPC appears in HTTP/2 (gRPC's PROTOCOL-HTTP2.md), seen by a client without gRPC. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EngineSemanticsTest {
  private static final byte[] MESSAGE = ByteEcho.random(100);

  @RegisterExtension final EngineServer server = new EngineServer();

  private static String code(Code code) {
    return String.valueOf(code.value());
  }

  /** The headers of a call of ECHO, one of them with another value, or without it if null. */
  private static String[] echoHeadersBut(String name, String value) {
    String[] headers = Http2Peer.grpcHeaders(ECHO);
    int at = Arrays.asList(headers).indexOf(name);
    if (value != null) {
      headers[at + 1] = value;
      return headers;
    }
    String[] less = Arrays.copyOf(headers, headers.length - 2);
    System.arraycopy(headers, at + 2, less, at, less.length - at);
    return less;
  }

  private Http2Reply callBut(String name, String value) throws Exception {
    server.start();
    Http2Peer peer = server.connect();
    int stream = peer.request(false, echoHeadersBut(name, value));
    peer.send(stream, MESSAGE, true);
    return peer.awaitReply(stream);
  }

  private static void assertRefused(String httpStatus, Code code, Http2Reply reply) {
    assertEquals(httpStatus, reply.httpStatus(), reply::toString);
    assertEquals(code(code), reply.headers.get("grpc-status"), reply::toString);
    assertNotNull(reply.headers.get("grpc-message"), reply::toString);
  }

  private static void assertEchoed(Http2Reply reply) {
    assertEquals("200", reply.httpStatus(), reply::toString);
    assertEquals("application/grpc", reply.headers.get("content-type"), reply::toString);
    assertEquals(code(Code.OK), reply.grpcStatus(), reply::toString);
    assertNull(reply.reset, reply::toString);
    assertEquals(1, reply.messages().size(), reply::toString);
    assertArrayEquals(MESSAGE, reply.messages().get(0));
  }

  @Test
  void callIsAnswered() throws Exception {
    server.start();
    assertEchoed(server.connect().call(ECHO, MESSAGE));
  }

  @Test
  void pathWithoutSlashIs404() throws Exception {
    assertRefused("404", Code.UNIMPLEMENTED, callBut(":path", ECHO));
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "PUT", "OPTIONS"})
  void methodsOtherThanPostAre405(String method) throws Exception {
    assertRefused("405", Code.INTERNAL, callBut(":method", method));
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/json", "application/grpcx", "application/"})
  void otherContentTypesAre415(String type) throws Exception {
    assertRefused("415", Code.INTERNAL, callBut("content-type", type));
  }

  @Test
  void missingContentTypeIs415() throws Exception {
    assertRefused("415", Code.INTERNAL, callBut("content-type", null));
  }

  /** Some proxies, and clients, cannot keep themselves from sending bodies of refused requests. */
  @Test
  void refusalsLeaveTheConnectionUsable() throws Exception {
    server.start();
    Http2Peer peer = server.connect();
    for (int i = 0; i < 20; i++) {
      int stream = peer.request(false, echoHeadersBut(":method", "PUT"));
      peer.send(stream, MESSAGE, true);
      assertRefused("405", Code.INTERNAL, peer.awaitReply(stream));
    }
    assertEchoed(peer.call(ECHO, MESSAGE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/grpc+proto",
        "application/grpc+json",
        "application/grpc;charset=utf-8",
        "application/GRPC"
      })
  void subtypesOfGrpcAreAccepted(String type) throws Exception {
    assertEchoed(callBut("content-type", type));
  }

  /** Some proxies drop it; gRPC's servers let it pass. */
  @Test
  void missingTeIsAccepted() throws Exception {
    assertEchoed(callBut("te", null));
  }

  @Test
  void missingAuthorityIsAccepted() throws Exception {
    assertEchoed(callBut(":authority", null));
  }

  @Test
  void immediateErrorsAreTrailersOnly() throws Exception {
    server.start();
    Http2Reply reply = server.connect().call("test.No/Such", MESSAGE);
    assertEquals("200", reply.httpStatus());
    assertEquals("application/grpc", reply.headers.get("content-type"));
    assertEquals(code(Code.UNIMPLEMENTED), reply.grpcStatus());
    assertSame(reply.headers, reply.trailers, "one block alone");
    assertEquals(0, reply.bodySize());
  }

  @Test
  void messageOfAStatusIsPercentEncoded() throws Exception {
    server.start(
        (call, headers) -> {
          call.close(Status.ABORTED.withDescription("50 %\nn\u00e9e"), new Metadata());
          return new ServerCall.Listener<byte[]>() {};
        });
    Http2Reply reply = server.connect().call(RAW, MESSAGE);
    assertEquals(code(Code.ABORTED), reply.grpcStatus());
    assertEquals("50 %25%0An%C3%A9e", reply.trailers.get("grpc-message"));
  }

  /** A status before the request's end: the client need not go on, but has done nothing wrong. */
  @Test
  void earlyStatusEndsAnOpenRequest() throws Exception {
    server.start();
    Http2Peer peer = server.connect();
    int stream = peer.start("test.No/Such");
    Http2Reply reply = peer.awaitReply(stream);
    assertEquals(code(Code.UNIMPLEMENTED), reply.grpcStatus(), reply::toString);
    peer.send(stream, MESSAGE, true);
    peer.barrier();
    assertTrue(reply.reset == null || reply.reset == Http2Frame.NO_ERROR, reply::toString);
    assertEchoed(peer.call(ECHO, MESSAGE));
  }

  @Test
  void replyWaitsForTheEndOfTheRequest() throws Exception {
    server.start();
    Http2Peer peer = server.connect();
    int stream = peer.start(JOIN);
    peer.send(stream, MESSAGE, false);
    peer.barrier();
    assertFalse(peer.reply(stream).over());
    peer.end(stream);
    assertEchoed(peer.awaitReply(stream));
  }

  @Test
  void repliesComeBeforeTheEndOfTheRequest() throws Exception {
    server.start();
    Http2Peer peer = server.connect();
    int stream = peer.start(CHAT);
    Http2Reply reply = peer.reply(stream);
    for (int i = 1; i <= 3; i++) {
      int count = i;
      peer.send(stream, MESSAGE, false);
      peer.awaitThat(() -> reply.messages().size() == count, "message " + i);
      assertFalse(reply.over());
    }
    peer.end(stream);
    assertEquals(code(Code.OK), peer.awaitReply(stream).grpcStatus());
  }

  @Test
  void resetCancelsTheCall() throws Exception {
    server.start();
    Http2Peer peer = server.connect();
    int stream = peer.start(WAIT);
    peer.send(stream, MESSAGE, true);
    peer.awaitThat(() -> peer.reply(stream).headers != null, "headers");
    peer.reset(stream, Http2Frame.CANCEL);
    assertTrue(server.echo.waitCancelled.await(Deadline.SECONDS, TimeUnit.SECONDS));
    assertEchoed(peer.call(ECHO, MESSAGE));
  }

  @Test
  void endOfTheConnectionCancelsItsCalls() throws Exception {
    int calls = 20;
    CountDownLatch cancelled = new CountDownLatch(calls);
    server.start((call, headers) -> new OnCancel(call, cancelled::countDown));
    Http2Peer peer = server.connect();
    for (int i = 0; i < calls; i++) {
      int stream = peer.start(RAW);
      peer.awaitThat(() -> peer.reply(stream).headers != null, "headers");
    }
    peer.close();
    assertTrue(cancelled.await(Deadline.SECONDS, TimeUnit.SECONDS), cancelled::toString);
  }

  private static final class OnCancel extends ServerCall.Listener<byte[]> {
    private final Runnable task;

    OnCancel(ServerCall<byte[], byte[]> call, Runnable task) {
      this.task = task;
      call.sendHeaders(new Metadata());
      call.request(1);
    }

    @Override
    public void onCancel() {
      task.run();
    }
  }

  @Test
  void deadlineEndsTheCall() throws Exception {
    server.start();
    Http2Peer peer = server.connect();
    long start = System.nanoTime();
    int stream = peer.start(WAIT, "grpc-timeout", "300m");
    peer.send(stream, MESSAGE, true);
    Http2Reply reply = peer.awaitReply(stream);
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    assertTrue(
        reply.reset != null
            ? reply.reset == Http2Frame.CANCEL
            : reply.grpcStatus().equals(code(Code.DEADLINE_EXCEEDED)),
        reply::toString);
    assertTrue(millis >= 290, () -> "too early: " + millis + " ms");
    assertTrue(server.echo.waitCancelled.await(Deadline.SECONDS, TimeUnit.SECONDS));
  }

  /** Bare base64, padded or not, each alone or several with commas between, in any mixture. */
  @Test
  void binaryMetadataGoesThereAndBack() throws Exception {
    Metadata.Key<byte[]> key = Metadata.Key.of("x-data-bin", Metadata.BINARY_BYTE_MARSHALLER);
    server.start(
        (call, headers) -> {
          Metadata trailers = new Metadata();
          headers.getAll(key).forEach(value -> trailers.put(key, value));
          call.close(Status.OK, trailers);
          return new ServerCall.Listener<byte[]>() {};
        });
    byte[][] values = {{}, {1}, {2, 3}, {0, -1, 44}, ByteEcho.random(200)};
    String[] sent = new String[values.length];
    for (int i = 0; i < values.length; i++) {
      Base64.Encoder encoder = Base64.getEncoder();
      sent[i] = (i % 2 == 0 ? encoder : encoder.withoutPadding()).encodeToString(values[i]);
    }
    Http2Reply reply =
        server
            .connect()
            .call(
                RAW,
                MESSAGE,
                "x-data-bin",
                sent[0] + "," + sent[1],
                "x-data-bin",
                sent[2],
                "x-data-bin",
                sent[3] + "," + sent[4]);
    assertEquals(code(Code.OK), reply.grpcStatus(), reply::toString);
    String[] received = reply.trailers.get("x-data-bin").split(",", -1);
    assertEquals(values.length, received.length, reply::toString);
    for (int i = 0; i < values.length; i++) {
      assertArrayEquals(values[i], Base64.getDecoder().decode(received[i]), "value " + i);
    }
  }

  /** What gRPC's limit is for; only what could fill the memory may end the connection. */
  @ParameterizedTest
  @ValueSource(ints = {4_000, 10_000})
  void headersAboveTheLimitFailTheCallAlone(int size) throws Exception {
    server.start(server.builder().maxInboundMetadataSize(4000));
    Http2Peer peer = server.connect();
    int open = peer.start(CHAT);
    int stream = peer.request(true, Http2Peer.concat(Http2Peer.grpcHeaders(ECHO), "x", xs(size)));
    Http2Reply reply = peer.awaitReply(stream);
    assertRefused("200", Code.RESOURCE_EXHAUSTED, reply);
    assertEquals("application/grpc", reply.headers.get("content-type"), reply::toString);
    assertSame(reply.headers, reply.trailers, reply::toString);
    assertEchoed(peer.call(ECHO, MESSAGE));
    peer.end(open);
    assertEquals(code(Code.OK), peer.awaitReply(open).grpcStatus());
  }

  private static String xs(int count) {
    return new String(new char[count]).replace('\0', 'x');
  }

  @Test
  void messageAboveTheLimitFailsTheCallAlone() throws Exception {
    server.start(server.builder().maxInboundMessageSize(1000));
    Http2Peer peer = server.connect();
    Http2Reply reply = peer.call(ECHO, ByteEcho.random(2000));
    assertEquals(code(Code.RESOURCE_EXHAUSTED), reply.grpcStatus(), reply::toString);
    assertEchoed(peer.call(ECHO, MESSAGE));
  }

  @Test
  void handlerThatThrowsEndsItsCallAlone() throws Exception {
    server.start(
        (call, headers) -> {
          throw new IllegalStateException("on purpose");
        });
    Http2Peer peer = server.connect();
    int open = peer.start(CHAT);
    Http2Reply reply = peer.call(RAW, MESSAGE);
    assertEquals(code(Code.UNKNOWN), reply.grpcStatus(), reply::toString);
    peer.send(open, MESSAGE, true);
    assertEchoed(peer.awaitReply(open));
  }
}
