package io.github.grpcuds.it;

import static io.github.grpcuds.it.EngineServer.CHAT;
import static io.github.grpcuds.it.EngineServer.ECHO;
import static io.github.grpcuds.it.EngineServer.RAW;
import static io.github.grpcuds.it.EngineServer.REPEAT;
import static io.github.grpcuds.it.EngineServer.WAIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Deadline;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Flow control both ways, RFC 9113 section 5.2, and what it does to gRPC's handlers. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EngineFlowControlTest {
  private static final byte[] MESSAGE = ByteEcho.random(50_000);
  private static final int FRAMED = 5 + MESSAGE.length;
  private static final int MAX_WINDOW = Integer.MAX_VALUE;

  @RegisterExtension final EngineServer server = new EngineServer();

  private static void assertEchoed(Http2Reply reply) {
    assertEchoed(MESSAGE, reply);
  }

  private static void assertEchoed(byte[] message, Http2Reply reply) {
    reply.assertOk(message);
  }

  /** A client of a new server that takes so much of each reply, and credits nothing by itself. */
  private Http2Peer connectWithWindow(int window) throws IOException {
    server.start();
    return server.connect(Http2Frame.INITIAL_WINDOW_SIZE, window).creditingNothing();
  }

  /** Has a message sent back, and returns the stream. */
  private static int askForEcho(Http2Peer peer) throws IOException {
    int stream = peer.start(ECHO);
    peer.send(stream, MESSAGE, true);
    return stream;
  }

  /** Each other size than that of a buffer or frame has hung one server or another. */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1000, 4096, 8000, 8192, 8300, 16_384, 16_393, 65_535})
  void replyArrivesThroughWindowsOfAnySize(int window) throws Exception {
    server.start();
    Http2Peer peer = server.connect(Http2Frame.INITIAL_WINDOW_SIZE, window);
    assertEchoed(peer.call(ECHO, MESSAGE));
  }

  @Test
  void replyIsCutToTheStreamsWindow() throws Exception {
    Http2Peer peer = connectWithWindow(1000);
    int stream = askForEcho(peer);
    assertSent(peer, stream, 1000);
    peer.credit(stream, 1);
    assertSent(peer, stream, 1001);
    peer.credit(stream, FRAMED - 1002);
    assertSent(peer, stream, FRAMED - 1);
    peer.credit(stream, 1);
    assertEchoed(peer.awaitReply(stream));
  }

  /** So many bytes come, and then no more. */
  private static void assertSent(Http2Peer peer, int stream, int bytes) throws Exception {
    peer.awaitBody(stream, bytes);
    peer.barrier();
    assertEquals(bytes, peer.reply(stream).bodySize());
    assertFalse(peer.reply(stream).over());
  }

  @Test
  void trailersNeedNoWindow() throws Exception {
    Http2Peer peer = connectWithWindow(0);
    assertEquals("12", peer.call("test.No/Such", MESSAGE).grpcStatus());
  }

  @Test
  void windowsOfOpenStreamsGrowWithTheSetting() throws Exception {
    Http2Peer peer = connectWithWindow(1000);
    int first = askForEcho(peer);
    assertSent(peer, first, 1000);
    peer.settings(Http2Frame.INITIAL_WINDOW_SIZE, 5000);
    assertSent(peer, first, 5000);
    peer.settings(Http2Frame.INITIAL_WINDOW_SIZE, 100_000);
    assertEchoed(peer.awaitReply(first));
  }

  /** Section 6.9.2: it can become negative, and has to be paid back. */
  @Test
  void windowsOfOpenStreamsShrinkWithTheSetting() throws Exception {
    Http2Peer peer = connectWithWindow(10_000);
    int stream = askForEcho(peer);
    assertSent(peer, stream, 10_000);
    peer.settings(Http2Frame.INITIAL_WINDOW_SIZE, 4_000);
    peer.credit(stream, 6_000); // pays the debt, no more
    assertSent(peer, stream, 10_000);
    peer.credit(stream, 1);
    assertSent(peer, stream, 10_001);
    peer.settings(Http2Frame.INITIAL_WINDOW_SIZE, 60_000);
    assertEchoed(peer.awaitReply(stream));
  }

  @Test
  void repliesShareTheConnectionsWindow() throws Exception {
    Http2Peer peer = connectWithWindow(1_000_000);
    int first = askForEcho(peer);
    int second = askForEcho(peer);
    Http2Reply a = peer.reply(first);
    Http2Reply b = peer.reply(second);
    peer.awaitThat(() -> a.bodySize() + b.bodySize() >= 65_535, "a window of replies");
    peer.barrier();
    assertEquals(65_535, a.bodySize() + b.bodySize());
    peer.credit(0, 1_000_000);
    assertEchoed(peer.awaitReply(first));
    assertEchoed(peer.awaitReply(second));
  }

  @Test
  void stalledReplyHoldsUpNoOther() throws Exception {
    Http2Peer peer = connectWithWindow(0);
    int stalled = askForEcho(peer);
    peer.awaitThat(() -> peer.reply(stalled).headers != null, "headers");
    int other = askForEcho(peer);
    peer.credit(other, FRAMED);
    assertEchoed(peer.awaitReply(other));
    peer.credit(0, FRAMED);
    peer.credit(stalled, FRAMED);
    assertEchoed(peer.awaitReply(stalled));
  }

  /** Bodies of calls that the server has ended count for the connection, and nobody reads them. */
  @Test
  void bodiesOfEndedCallsAreCredited() throws Exception {
    server.start();
    Http2Peer peer = server.connect();
    for (int i = 0; i < 40; i++) {
      int stream = peer.start("test.No/Such");
      assertEquals("12", peer.awaitReply(stream).grpcStatus());
      peer.send(stream, ByteEcho.random(30_000), true);
    }
    byte[] message = ByteEcho.random(20_000);
    assertEchoed(message, peer.call(ECHO, message));
  }

  @Test
  void bodiesOfCancelledCallsAreCredited() throws Exception {
    server.start();
    Http2Peer peer = server.connect();
    for (int i = 0; i < 40; i++) {
      int stream = peer.start(WAIT);
      peer.send(stream, ByteEcho.random(30_000), false);
      peer.send(stream, ByteEcho.random(30_000), false); // nobody asks for this one
      peer.reset(stream, Http2Frame.CANCEL);
    }
    assertEchoed(peer.call(ECHO, MESSAGE));
  }

  @Test
  void paddingIsCredited() throws Exception {
    server.start();
    Http2Peer peer = server.connect();
    int stream = peer.start(CHAT);
    byte[] message = ByteEcho.random(5_000);
    byte[] framed = Http2Peer.message(message);
    for (int i = 0; i < framed.length; i++) { // 1.3 MB of padding
      peer.paddedData(stream, new byte[] {framed[i]}, 255, i == framed.length - 1);
    }
    assertEchoed(message, peer.awaitReply(stream));
  }

  /** It would have to keep what no handler asks for; other calls go on. */
  @Test
  void clientMaySendOneWindowToAHandlerThatAsksForNothing() throws Exception {
    server.start((call, headers) -> new ServerCall.Listener<byte[]>() {});
    Http2Peer peer = server.connect().ignoringPings(); // with pings servers measure, and adapt
    int window = peer.streamWindow();
    assertTrue(window >= 65_535 && window <= 64 << 20, () -> "window of the server: " + window);
    int stream = peer.start(RAW);
    int sent = 0;
    while (sent + FRAMED <= window) {
      peer.send(stream, MESSAGE, false);
      sent += FRAMED;
    }
    peer.barrier();
    assertTrue(peer.sendWindow(stream) < FRAMED, () -> "left: " + peer.sendWindow(stream));
    assertEchoed(peer.call(ECHO, MESSAGE));
    assertTrue(peer.sendWindow(stream) < FRAMED, () -> "left: " + peer.sendWindow(stream));
  }

  @Test
  void requestsLargerThanTheWindowArrive() throws Exception {
    server.start();
    byte[] message = ByteEcho.random(4_000_000);
    assertEchoed(message, server.connect().call(ECHO, message));
  }

  /** Sends messages while the call is ready, and says each time when it is no longer. */
  private static final class Producer extends ServerCall.Listener<byte[]> {
    final BlockingQueue<Integer> pauses = new LinkedBlockingQueue<>();
    private final int limit;
    private final byte[] message;
    private ServerCall<byte[], byte[]> call;
    private int sent;

    Producer(int limit, byte[] message) {
      this.limit = limit;
      this.message = message;
    }

    Producer start(ServerCall<byte[], byte[]> call) {
      this.call = call;
      call.sendHeaders(new Metadata());
      return this;
    }

    @Override
    public void onReady() {
      while (sent < limit && call.isReady()) {
        call.sendMessage(message);
        sent++;
      }
      if (sent < limit) {
        pauses.add(sent);
      } else {
        call.close(Status.OK, new Metadata());
      }
    }

    /** How many messages it had sent when it was told to pause. */
    int awaitPause() throws InterruptedException {
      Integer count = pauses.poll(Deadline.SECONDS, TimeUnit.SECONDS);
      return count == null ? limit : count;
    }
  }

  @Test
  void callIsNotReadyWhileTheWindowIsClosed() throws Exception {
    Producer producer = new Producer(5000, new byte[1000]);
    server.start((call, headers) -> producer.start(call));
    Http2Peer peer = server.connect(Http2Frame.INITIAL_WINDOW_SIZE, 10_000).creditingNothing();
    int stream = peer.start(RAW);
    peer.awaitBody(stream, 10_000);
    int sent = producer.awaitPause();
    assertTrue(sent < 1000, () -> "still ready after " + sent + " messages");

    peer.credit(0, 10_000_000);
    peer.credit(stream, 10_000_000);
    Http2Reply reply = peer.awaitReply(stream);
    assertEquals("0", reply.grpcStatus());
    assertEquals(5000, reply.messages().size());
  }

  /** The client's windows let everything through, but the client does not read its socket. */
  @Test
  void callIsNotReadyWhileTheSocketIsFull() throws Exception {
    Producer producer = new Producer(2000, new byte[100_000]);
    server.start((call, headers) -> producer.start(call));
    Http2Peer peer = server.connect(Http2Frame.INITIAL_WINDOW_SIZE, MAX_WINDOW).creditingNothing();
    peer.credit(0, MAX_WINDOW - 65_535);
    int stream = peer.start(RAW);
    int sent = producer.awaitPause();
    assertTrue(sent < 160, () -> "still ready after " + sent + " messages of 100 KB");

    assertEchoed(server.connect().call(ECHO, MESSAGE));
    Http2Reply reply = peer.awaitReply(stream);
    assertEquals("0", reply.grpcStatus());
    assertEquals(2000, reply.messages().size());
  }

  @Test
  @Tag("long")
  void messagesOf100MegabytesPassWhenAllowed() throws Exception {
    int size = 100 << 20;
    server.start(server.builder().maxInboundMessageSize(size));
    Http2Peer peer =
        server.connect(
            Http2Frame.INITIAL_WINDOW_SIZE, MAX_WINDOW, Http2Frame.MAX_FRAME_SIZE, 1 << 20);
    peer.credit(0, 1 << 30);
    assertEchoed(ByteEcho.random(size), peer.call(ECHO, ByteEcho.random(size)));
  }

  @Test
  @Tag("long")
  void connectionCarriesTenThousandCallsAtATime() throws Exception {
    server.start();
    Http2Peer peer = server.connect();
    byte[] message = ByteEcho.random(100);
    int[] streams = new int[10_000];
    for (int i = 0; i < streams.length; i++) {
      streams[i] = peer.start(CHAT);
      peer.send(streams[i], message, false);
      if (i % 100 == 99) {
        peer.awaitBody(streams[i - 99], 105);
      }
    }
    for (int stream : streams) {
      peer.awaitBody(stream, 105);
      assertFalse(peer.reply(stream).over());
    }
    for (int i = streams.length - 1; i >= 0; i--) {
      peer.end(streams[i]);
      if (i % 100 == 0) {
        peer.awaitReply(streams[i]);
      }
    }
    for (int stream : streams) {
      assertEchoed(message, peer.awaitReply(stream));
      assertNull(peer.reply(stream).reset);
    }
  }

  @Test
  void largeRepliesOfManyCallsInterleave() throws Exception {
    server.start();
    Http2Peer peer = server.connect();
    int[] streams = new int[50];
    for (int i = 0; i < streams.length; i++) {
      streams[i] = peer.start(REPEAT);
      peer.send(streams[i], MESSAGE, true);
    }
    for (int stream : streams) {
      peer.awaitReply(stream).assertOk(MESSAGE, MESSAGE, MESSAGE);
    }
  }
}
