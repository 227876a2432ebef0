package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls of a connection that is lost run once, unless the server said that it had not begun. */
@Timeout(60)
class LostCallsTest {
  private static final byte[] MESSAGE = ByteEcho.random(10);

  @RegisterExtension final Sockets sockets = new Sockets();

  /** Of the server, for TLS; null: it speaks plain text. */
  Identity identity() {
    return null;
  }

  private ScriptedServer serve(String name, ScriptedServer.Script script) throws IOException {
    return new ScriptedServer(sockets.path(name), identity(), script);
  }

  /** A channel of the client that is tested. */
  ManagedChannel open(ScriptedServer server, boolean inlineWrites) throws IOException {
    return sockets.open(server.channelBuilder().inlineWrites(inlineWrites));
  }

  private ManagedChannel channel(ScriptedServer server) throws IOException {
    return open(server, true);
  }

  private static byte[] blocking(ManagedChannel channel) {
    return ClientCalls.blockingUnaryCall(
        channel, ByteEcho.ECHO, ByteEcho.within(20).withWaitForReady(), MESSAGE);
  }

  /** The first call loses its connection in its handler; the next ones would be answered. */
  private static ScriptedServer.Script dies(byte[]... before) {
    return (number, stream, connection) -> {
      if (number > 1) {
        connection.send(ScriptedServer.answer(stream, MESSAGE));
        return;
      }
      connection.send(before);
      connection.close();
      throw new IOException("by the test");
    };
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void callThatHadBegunIsNotMadeAgain(boolean inline) throws Exception {
    try (ScriptedServer server = serve("s", dies())) {
      ManagedChannel channel = open(server, inline);
      StatusRuntimeException e =
          assertThrows(StatusRuntimeException.class, () -> blocking(channel));
      assertEquals(Status.Code.UNAVAILABLE, e.getStatus().getCode());
      assertFalse(e.getMessage().contains("has not started"), e.getMessage());
      assertEquals(1, server.calls.get());
      assertArrayEquals(MESSAGE, blocking(channel));
      assertEquals(2, server.calls.get());
    }
  }

  @Test
  void noKindOfCallIsMadeAgain() throws Exception {
    for (MethodDescriptor<byte[], byte[]> method :
        Arrays.asList(ByteEcho.JOIN, ByteEcho.REPEAT, ByteEcho.CHAT)) {
      try (ScriptedServer server = serve(method.getType().name(), dies())) {
        Recorder<byte[]> answers = new Recorder<>();
        StreamObserver<byte[]> requests =
            ClientCalls.asyncBidiStreamingCall(
                channel(server).newCall(method, ByteEcho.within(20).withWaitForReady()), answers);
        requests.onNext(MESSAGE);
        requests.onCompleted();
        assertEquals(Status.Code.UNAVAILABLE, answers.status().getCode(), method.toString());
        assertEquals(1, server.calls.get(), method.toString());
      }
    }
  }

  @Test
  void callThatAGoAwayLeavesOutIsMadeAgain() throws Exception {
    assertAgain(dies(ScriptedServer.goAway(0, Http2Frame.NO_ERROR)));
  }

  @Test
  void callThatIsRefusedIsMadeAgain() throws Exception {
    assertAgain(
        (number, stream, connection) ->
            connection.send(
                number == 1
                    ? ScriptedServer.reset(stream, Http2Frame.REFUSED_STREAM)
                    : ScriptedServer.answer(stream, MESSAGE)));
  }

  private void assertAgain(ScriptedServer.Script script) throws Exception {
    try (ScriptedServer server = serve("s", script)) {
      assertArrayEquals(MESSAGE, blocking(channel(server)));
      assertEquals(2, server.calls.get());
    }
  }

  /** As a server says it that is shut down, and killed when its grace is over. */
  @Test
  void callThatAGoAwayIncludesIsNotMadeAgain() throws Exception {
    assertOnce(
        dies(
            ScriptedServer.goAway(Integer.MAX_VALUE, Http2Frame.NO_ERROR),
            ScriptedServer.goAway(3, Http2Frame.NO_ERROR)));
  }

  @Test
  void callWhoseServerBreaksTheProtocolIsNotMadeAgain() throws Exception {
    assertOnce(dies(ScriptedServer.message(2, MESSAGE)));
    assertOnce(dies(ScriptedServer.headers(99)));
    assertOnce(dies(RawFrames.windowUpdate(99, 1)));
    assertOnce(dies(RawFrames.frame(Http2Frame.SETTINGS, 0, 0, new byte[5])));
  }

  private void assertOnce(ScriptedServer.Script script) throws Exception {
    try (ScriptedServer server = serve("s", script)) {
      ManagedChannel channel = channel(server);
      StatusRuntimeException e =
          assertThrows(StatusRuntimeException.class, () -> blocking(channel));
      assertEquals(1, server.calls.get(), e.getMessage());
    }
  }

  /** The client's first call is made while what it writes fails already. */
  @Test
  void callWhoseWritesFailIsNotMadeAgain() throws Exception {
    try (ScriptedServer server =
        serve(
            "s",
            (number, stream, connection) -> {
              if (number == 1) {
                connection.socket.shutdownInput();
                throw new IOException("by the test");
              }
              connection.send(ScriptedServer.answer(stream, MESSAGE));
            })) {
      Recorder<byte[]> answers = new Recorder<>();
      StreamObserver<byte[]> requests =
          ClientCalls.asyncBidiStreamingCall(
              channel(server).newCall(ByteEcho.CHAT, CallOptions.DEFAULT.withWaitForReady()),
              answers);
      requests.onNext(ByteEcho.random(1_000_000));
      assertEquals(Status.Code.UNAVAILABLE, answers.status().getCode());
      assertEquals(1, server.calls.get());
    }
  }
}
