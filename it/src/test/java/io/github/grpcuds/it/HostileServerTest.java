package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Await;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What servers do that want to hurt their clients, or that are broken: it costs their own calls.
 */
@Timeout(60)
class HostileServerTest {
  private static final byte[] MESSAGE = ByteEcho.random(10);

  /** Sends until it is stopped, as long as an attacker may take the trouble. */
  private static final long ENDLESS_BYTES = 400_000_000;

  @RegisterExtension final Sockets sockets = new Sockets();

  private String path;
  private ManagedChannel honest;
  private ScriptedServer server; // null before it listens

  @BeforeEach
  void serveHonestly() throws Exception {
    path = sockets.path("hostile");
    String other = sockets.path("honest");
    sockets.serve(other, new ByteEcho());
    honest = sockets.channel(other);
  }

  @AfterEach
  void otherChannelNoticedNothing() throws Exception {
    assertArrayEquals(MESSAGE, ByteEcho.echo(honest, MESSAGE));
    if (server != null) {
      server.close();
    }
  }

  /** Of the server, for TLS; null: it speaks plain text. */
  Identity identity() {
    return null;
  }

  /** A channel of the client that is tested. */
  ManagedChannel open(ScriptedServer server) throws IOException {
    return sockets.open(server.channelBuilder());
  }

  ManagedChannel channel(ScriptedServer.Script script, int... settings) throws IOException {
    server = new ScriptedServer(path, identity(), script, settings);
    return open(server);
  }

  private static Status status(ManagedChannel channel) {
    StatusRuntimeException e =
        assertThrows(StatusRuntimeException.class, () -> ByteEcho.echo(channel, MESSAGE));
    return e.getStatus();
  }

  private static void assertSays(String text, Status status) {
    assertTrue(String.valueOf(status.getDescription()).contains(text), status::toString);
  }

  /** Sends the same again and again, until the client has closed the connection. */
  static ScriptedServer.Script endless(byte[] first, byte[] again) {
    return (number, stream, connection) -> {
      connection.send(first);
      byte[] many = RawFrames.times(1 + 16_384 / again.length, again);
      for (long sent = 0; sent < ENDLESS_BYTES; sent += many.length) {
        connection.send(many);
      }
    };
  }

  /** What a server goes on with for ever ends its connection, and the status says why. */
  void assertEndsIt(byte[] first, byte[] again, String says) throws Exception {
    Status status = status(channel(endless(first, again)));
    assertSays(says, status);
    assertEquals(1, server.calls.get(), status::toString);
  }

  @Test
  void headerBlockWithoutAnEnd() throws Exception {
    assertEndsIt(
        RawFrames.frame(Http2Frame.HEADERS, 0, 3, ScriptedServer.answerHeaders()),
        RawFrames.frame(
            Http2Frame.CONTINUATION, 0, 3, RawFrames.literal("a", RawFrames.letters(16_000))),
        "header block of more than");
  }

  @Test
  void headerBlockOfOneStringWithoutAnEnd() throws Exception {
    byte[] start =
        RawFrames.join(
            new byte[] {0}, RawFrames.string("a"), RawFrames.integer(0, 7, Integer.MAX_VALUE / 16));
    assertEndsIt(
        RawFrames.frame(Http2Frame.HEADERS, 0, 3, start),
        RawFrames.frame(Http2Frame.CONTINUATION, 0, 3, new byte[16_384]),
        "header block of more than");
  }

  @Test
  void emptyContinuations() throws Exception {
    assertEndsIt(
        RawFrames.frame(Http2Frame.HEADERS, 0, 3, ScriptedServer.answerHeaders()),
        RawFrames.frame(Http2Frame.CONTINUATION, 0, 3),
        "too many small CONTINUATION frames");
  }

  @Test
  void emptyDataFrames() throws Exception {
    assertEndsIt(
        ScriptedServer.headers(3), RawFrames.frame(Http2Frame.DATA, 0, 3), "carry nothing");
  }

  @Test
  void paddingAlone() throws Exception {
    byte[] padding = new byte[256];
    padding[0] = (byte) 255;
    assertEndsIt(
        ScriptedServer.headers(3),
        RawFrames.frame(Http2Frame.DATA, Http2Frame.PADDED, 3, padding),
        "carry nothing");
  }

  @Test
  void unknownFrames() throws Exception {
    assertEndsIt(new byte[0], RawFrames.frame(0xaa, 0, 0, new byte[100]), "carry nothing");
  }

  /** Its answers are not read, so they would pile up. */
  @Test
  void pings() throws Exception {
    assertEndsIt(new byte[0], RawFrames.frame(Http2Frame.PING, 0, 0, new byte[8]), "sends frames");
  }

  @Test
  void settings() throws Exception {
    assertEndsIt(new byte[0], RawFrames.settings(), "sends frames");
  }

  @Test
  void goAways() throws Exception {
    assertEndsIt(
        new byte[0],
        ScriptedServer.goAway(Integer.MAX_VALUE, Http2Frame.NO_ERROR, new byte[10]),
        "one GOAWAY after the other");
  }

  @Test
  void headersWithoutAnEndOfTheStream() throws Exception {
    assertEndsIt(new byte[0], ScriptedServer.headers(3), "one header block after the other");
  }

  /** Each of 16,000 bytes stands for one of 4,000. */
  @Test
  void headerBomb() throws Exception {
    Status status = status(channel(bomb()));
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, status.getCode());
    assertSays("larger than 1048576", status);
  }

  static ScriptedServer.Script bomb() {
    byte[] reference = {(byte) 0xbe};
    return (number, stream, connection) ->
        connection.send(
            RawFrames.frame(
                Http2Frame.HEADERS,
                Http2Frame.END_HEADERS,
                stream,
                RawFrames.join(
                    ScriptedServer.answerHeaders(),
                    RawFrames.indexed("a", RawFrames.letters(4000)),
                    RawFrames.times(12_000, reference))));
  }

  /** The setting is for what clients encode: what a server encodes has 4 KiB all the same. */
  @Test
  void headerTableOfAnySize() throws Exception {
    ScriptedServer.Script filler =
        (number, stream, connection) ->
            connection.send(
                RawFrames.frame(
                    Http2Frame.HEADERS,
                    Http2Frame.END_HEADERS,
                    stream,
                    RawFrames.join(
                        new byte[] {0x3f, (byte) 0xe1, (byte) 0xff, 0x03}, // a table of 64 KiB
                        ScriptedServer.answerHeaders())));
    Status status = status(channel(filler, Http2Frame.HEADER_TABLE_SIZE, Integer.MAX_VALUE));
    assertEquals(Status.Code.INTERNAL, status.getCode());
  }

  /** A server whose own table is small goes on with the one that it has for its answers. */
  @Test
  void smallHeaderTableSettingLeavesTheServersTableAlone() throws Exception {
    byte[] content = ByteEcho.random(5);
    ScriptedServer.Script script =
        (number, stream, connection) ->
            connection.send(
                RawFrames.frame(
                    Http2Frame.HEADERS,
                    Http2Frame.END_HEADERS,
                    stream,
                    RawFrames.join(
                        new byte[] {(byte) 0x88},
                        RawFrames.indexed("content-type", "application/grpc"),
                        new byte[] {(byte) 0xbe})), // the same, from the table
                ScriptedServer.message(stream, content),
                ScriptedServer.trailers(stream, 0, ""));
    ManagedChannel channel = channel(script, Http2Frame.HEADER_TABLE_SIZE, 0);
    assertArrayEquals(content, ByteEcho.echo(channel, MESSAGE));
  }

  @Test
  void messagesAndThenAReset() throws Exception {
    ScriptedServer.Script script =
        (number, stream, connection) ->
            connection.send(
                ScriptedServer.headers(stream),
                RawFrames.times(5, ScriptedServer.message(stream, MESSAGE)),
                ScriptedServer.reset(stream, 2));
    ManagedChannel channel = channel(script);
    for (int i = 0; i < 20; i++) {
      StatusRuntimeException e =
          assertThrows(
              StatusRuntimeException.class,
              () ->
                  ClientCalls.blockingUnaryCall(
                      channel, ByteEcho.ECHO, ByteEcho.within(10), MESSAGE));
      assertNotEquals(Status.Code.DEADLINE_EXCEEDED, e.getStatus().getCode(), e::toString);
    }
  }

  /** What was read ends with the call, though the server has forgotten it long ago. */
  @Test
  void callWithUnreadMessagesThatWasResetCanBeCancelled() throws Exception {
    ScriptedServer.Script script =
        (number, stream, connection) ->
            connection.send(
                ScriptedServer.headers(stream),
                RawFrames.times(5, ScriptedServer.message(stream, MESSAGE)),
                ScriptedServer.reset(stream, 2),
                RawFrames.frame(Http2Frame.PING, 0, 0, new byte[8]));
    ClientCall<byte[], byte[]> call = channel(script).newCall(ByteEcho.CHAT, ByteEcho.within(30));
    CompletableFuture<Status> closed = new CompletableFuture<>();
    call.start(
        new ClientCall.Listener<byte[]>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            closed.complete(status);
          }
        },
        new Metadata());
    awaitFrame(Http2Frame.PING);
    assertFalse(closed.isDone(), "messages are still to be read");
    call.cancel("by the test", null);
    assertEquals(Status.Code.CANCELLED, closed.get(10, TimeUnit.SECONDS).getCode());
  }

  private void awaitFrame(int type) {
    Await.until(
        () -> server.frames.stream().anyMatch(frame -> frame.type == type),
        () -> "no frame of type " + type);
  }

  @Test
  void textsAreFitForTerminals() throws Exception {
    ManagedChannel channel = channel(texts());
    assertEquals("a\\x1b[2J\nb\\x00", status(channel).getDescription());
    assertSays("\\x1b[2J\\x9b\\x0d\\x0aforged line", status(channel));
  }

  static ScriptedServer.Script texts() {
    byte[] text = "\u001b[2J\u009b\r\nforged line".getBytes(StandardCharsets.UTF_8);
    return (number, stream, connection) -> {
      if (number == 1) {
        connection.send(
            ScriptedServer.headers(stream), ScriptedServer.trailers(stream, 13, "a%1B[2J%0Ab%00"));
      } else {
        connection.send(ScriptedServer.goAway(0, Http2Frame.PROTOCOL_ERROR, text));
      }
    };
  }

  /** As etcd 3.4 has it: unsigned, and so without a limit. */
  @Test
  void anyLimitOfStreamsIsServed() throws Exception {
    for (int limit : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
      try (ScriptedServer etcd =
          new ScriptedServer(
              sockets.path("etcd"),
              identity(),
              (number, stream, connection) ->
                  connection.send(
                      RawFrames.settings(Http2Frame.MAX_CONCURRENT_STREAMS, limit),
                      ScriptedServer.answer(stream, MESSAGE)),
              Http2Frame.MAX_CONCURRENT_STREAMS,
              limit)) {
        ManagedChannel channel = open(etcd);
        for (int i = 0; i < 3; i++) {
          assertArrayEquals(MESSAGE, ByteEcho.echo(channel, MESSAGE), "limit " + limit);
        }
        assertEquals(3, etcd.calls.get());
      }
    }
  }
}
