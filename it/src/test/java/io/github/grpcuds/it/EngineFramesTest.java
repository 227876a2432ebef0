package io.github.grpcuds.it;

import static io.github.grpcuds.it.EngineServer.CHAT;
import static io.github.grpcuds.it.EngineServer.ECHO;
import static io.github.grpcuds.it.EngineServer.RAW;
import static io.github.grpcuds.it.EngineServer.REPEAT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames and header compression, beyond what h2spec looks at. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EngineFramesTest {
  private static final byte[] MESSAGE = ByteEcho.random(100);
  private static final byte[] FRAMED = Http2Peer.message(MESSAGE);

  @RegisterExtension final EngineServer server = new EngineServer();

  private static void assertEchoed(Http2Reply reply) {
    reply.assertOk(MESSAGE);
  }

  @Test
  void pingIsEchoed() throws Exception {
    server.start();
    Http2Peer peer = server.connect();
    peer.ping(0x0123456789abcdefL);
    Http2Frame pong = peer.awaitAck(Http2Frame.PING);
    assertEquals(0x01234567, pong.intAt(0));
    assertEquals(0x89abcdef, pong.intAt(4));
  }

  @Test
  void paddingIsDropped() throws Exception {
    server.start();
    Http2Peer peer = server.connect();
    byte[] block = Http2Peer.block(Http2Peer.grpcHeaders(ECHO));
    for (int padding : new int[] {0, 1, 7, 255}) {
      int stream = peer.newStream();
      int flags = Http2Frame.END_HEADERS | Http2Frame.PADDED | Http2Frame.HAS_PRIORITY;
      byte[] payload = new byte[1 + 5 + block.length + padding];
      payload[0] = (byte) padding;
      payload[5] = 16; // weight; depends on stream 0
      System.arraycopy(block, 0, payload, 6, block.length);
      peer.frame(Http2Frame.HEADERS, flags, stream, payload);
      peer.paddedData(stream, Arrays.copyOf(FRAMED, 50), padding, false);
      peer.paddedData(stream, new byte[0], padding, false);
      peer.paddedData(stream, Arrays.copyOfRange(FRAMED, 50, FRAMED.length), padding, true);
      assertEchoed(peer.awaitReply(stream));
    }
  }

  @Test
  void blockOfHeadersMayBeSplitAnywhere() throws Exception {
    server.start();
    Http2Peer peer = server.connect();
    byte[] block = Http2Peer.block(Http2Peer.grpcHeaders(ECHO));
    for (int i = 0; i <= block.length; i++) {
      int stream = peer.newStream();
      peer.frame(Http2Frame.HEADERS, 0, stream, Arrays.copyOf(block, i));
      byte[] rest = Arrays.copyOfRange(block, i, block.length);
      peer.frame(Http2Frame.CONTINUATION, Http2Frame.END_HEADERS, stream, rest);
      peer.send(stream, MESSAGE, true);
      assertEchoed(peer.awaitReply(stream));
    }
  }

  @Test
  void messageMayBeSplitAnywhere() throws Exception {
    server.start();
    Http2Peer peer = server.connect();
    for (int i = 0; i <= FRAMED.length; i++) {
      int stream = peer.start(ECHO);
      peer.paddedData(stream, Arrays.copyOf(FRAMED, i), 0, false);
      peer.paddedData(stream, Arrays.copyOfRange(FRAMED, i, FRAMED.length), 0, true);
      assertEchoed(peer.awaitReply(stream));
    }
  }

  @Test
  void bytesMayComeOneByOne() throws Exception {
    server.start();
    Http2Peer peer = server.connect();
    int stream = peer.newStream();
    byte[] block = Http2Peer.block(Http2Peer.grpcHeaders(ECHO));
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(new Http2Frame(Http2Frame.HEADERS, Http2Frame.END_HEADERS, stream, block).encode());
    all.write(new Http2Frame(Http2Frame.DATA, Http2Frame.END_STREAM, stream, FRAMED).encode());
    for (byte each : all.toByteArray()) {
      peer.write(new byte[] {each});
    }
    assertEchoed(peer.awaitReply(stream));
  }

  @Test
  void manyFramesMayComeAtOnce() throws Exception {
    server.start();
    Http2Peer peer = server.connect();
    byte[] block = Http2Peer.block(Http2Peer.grpcHeaders(ECHO));
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    int[] streams = new int[200];
    for (int i = 0; i < streams.length; i++) {
      streams[i] = peer.newStream();
      all.write(
          new Http2Frame(Http2Frame.HEADERS, Http2Frame.END_HEADERS, streams[i], block).encode());
      all.write(
          new Http2Frame(Http2Frame.DATA, Http2Frame.END_STREAM, streams[i], FRAMED).encode());
    }
    peer.write(all.toByteArray());
    for (int stream : streams) {
      assertEchoed(peer.awaitReply(stream));
    }
  }

  @Test
  void unknownFramesAndSettingsAndFlagsAreIgnored() throws Exception {
    server.start();
    Http2Peer peer = server.connect(0xff00, 7, 0x9, 1, 0x8, 1);
    int stream = peer.start(ECHO);
    peer.frame(0x42, 0xff, 0, new byte[10]);
    peer.frame(0x43, 0xff, stream, new byte[16_384]);
    peer.frame(0xff, 0, 1_000_001);
    peer.frame(Http2Frame.DATA, 0xf6 & ~Http2Frame.PADDED, stream, FRAMED);
    peer.frame(Http2Frame.DATA, 0xf7 & ~Http2Frame.PADDED, stream);
    assertEchoed(peer.awaitReply(stream));
  }

  /** Of streams that are idle, open or closed. */
  @Test
  void prioritiesAreIgnored() throws Exception {
    server.start();
    Http2Peer peer = server.connect();
    byte[] dependsOnNone = {0, 0, 0, 0, 15};
    peer.frame(Http2Frame.PRIORITY, 0, 101, dependsOnNone);
    int stream = peer.start(ECHO);
    peer.frame(Http2Frame.PRIORITY, 0, stream, new byte[] {0, 0, 0, 101, 1});
    byte[] update = "\0\0\0\1u=1, i".getBytes(StandardCharsets.US_ASCII);
    peer.frame(Http2Frame.PRIORITY_UPDATE, 0, 0, update);
    peer.send(stream, MESSAGE, true);
    assertEchoed(peer.awaitReply(stream));
    peer.frame(Http2Frame.PRIORITY, 0, stream, dependsOnNone);
    peer.frame(Http2Frame.PRIORITY_UPDATE, 0, 0, update);
    assertEchoed(peer.call(ECHO, MESSAGE));
  }

  @Test
  void callsAboveTheLimitAreRefused() throws Exception {
    server.start(EngineServer.maxCalls(server.builder(), 3));
    Http2Peer peer = server.connect();
    int[] open = {peer.start(CHAT), peer.start(CHAT), peer.start(CHAT)};
    int refused = peer.start(CHAT);
    assertEquals(Http2Frame.REFUSED_STREAM, peer.awaitReply(refused).reset);
    for (int stream : open) {
      peer.send(stream, MESSAGE, true);
      assertEchoed(peer.awaitReply(stream));
    }
    assertEchoed(peer.call(ECHO, MESSAGE));
  }

  /** Browsers, curl and health checks do it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "POST /a HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n",
        "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003\u0001\u0002\u0003",
        "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"
      })
  void otherProtocolsAreTurnedAwayAtOnce(String greeting) throws Exception {
    server.start();
    Http2Peer peer = server.open();
    peer.write(greeting.getBytes(StandardCharsets.ISO_8859_1));
    peer.awaitRawClose();
    assertEchoed(server.connect().call(ECHO, MESSAGE));
  }

  /** Two equal calls, so that an encoder with a table would use it in the second one. */
  @Test
  void headerTableOfSizeZeroIsHonoured() throws Exception {
    server.start();
    Http2Peer peer = server.connect(Http2Frame.HEADER_TABLE_SIZE, 0);
    assertEchoed(peer.call(ECHO, MESSAGE));
    assertEchoed(peer.call(ECHO, MESSAGE));
  }

  @Test
  void headerTableMayShrinkAndGrowLater() throws Exception {
    server.start();
    Http2Peer peer = server.connect();
    for (int size : new int[] {4096, 0, 100, 0, 10_000, 50}) {
      peer.settings(Http2Frame.HEADER_TABLE_SIZE, size);
      for (int i = 0; i < 3; i++) {
        assertEchoed(peer.call(ECHO, MESSAGE));
      }
    }
  }

  /** The setting is about what the server may use; nginx sends it, and uses a table itself. */
  @Test
  void headerTableOfTheClientIsNotConfusedWithTheServers() throws Exception {
    server.start();
    Http2Peer peer = server.connect(Http2Frame.HEADER_TABLE_SIZE, 0);
    ByteArrayOutputStream remember = new ByteArrayOutputStream();
    String[] headers = Http2Peer.grpcHeaders(ECHO);
    for (int i = 0; i < headers.length; i += 2) {
      remember.write(0x40); // literal, to be kept
      Http2Peer.literal(remember, headers[i]);
      Http2Peer.literal(remember, headers[i + 1]);
    }
    byte[] recall = new byte[headers.length / 2];
    for (int i = 0; i < recall.length; i++) {
      recall[i] = (byte) (0x80 + 62 + recall.length - 1 - i);
    }
    for (byte[] block : new byte[][] {remember.toByteArray(), recall, recall}) {
      int stream = peer.newStream();
      peer.frame(Http2Frame.HEADERS, Http2Frame.END_HEADERS, stream, block);
      peer.send(stream, MESSAGE, true);
      assertEchoed(peer.awaitReply(stream));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {16_384, 20_000, 1_000_000})
  void framesKeepToTheClientsLargest(int largest) throws Exception {
    server.start();
    Http2Peer peer =
        server.connect(
            Http2Frame.MAX_FRAME_SIZE, largest, Http2Frame.INITIAL_WINDOW_SIZE, 10_000_000);
    peer.credit(0, 10_000_000);
    Http2Reply reply = peer.call(REPEAT, ByteEcho.random(500_000));
    assertEquals("0", reply.grpcStatus(), reply::toString);
    assertEquals(3, reply.messages().size());
    assertTrue(reply.largestData <= largest, () -> "DATA of " + reply.largestData + " bytes");
  }

  /** They take several frames. */
  @Test
  void largeHeadersOfAReplyArrive() throws Exception {
    Metadata.Key<String> key = Metadata.Key.of("x", Metadata.ASCII_STRING_MARSHALLER);
    String large = new String(new char[50_000]).replace('\0', 'x');
    server.start(
        (call, headers) -> {
          Metadata trailers = new Metadata();
          trailers.put(key, large);
          call.close(Status.OK, trailers);
          return new ServerCall.Listener<byte[]>() {};
        });
    Http2Reply reply = server.connect().call(RAW, MESSAGE);
    assertNull(reply.reset, reply::toString);
    assertEquals(large, reply.trailers.get("x"));
  }
}
