package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a call of one message puts on the wire, with retries on, as they are by default. */
@Timeout(60)
class OneWriteTest {
  private static final byte[] MESSAGE = ByteEcho.random(10);

  @RegisterExtension final Sockets sockets = new Sockets();

  @Test
  void messageCarriesTheEndOfItsCall() throws Exception {
    String path = sockets.path("s");
    try (ScriptedServer server = new ScriptedServer(path, new AnswersAtTheEnd())) {
      ManagedChannel channel = sockets.channel(path);
      assertArrayEquals(MESSAGE, ByteEcho.echo(channel, MESSAGE));
      // The second is there when all of the first is.
      ClientCalls.blockingUnaryCall(channel, ByteEcho.ECHO, ByteEcho.within(20), MESSAGE);
      List<String> first = new ArrayList<>();
      for (Http2Frame frame : server.frames) {
        if (frame.stream == 3) {
          first.add(frame.type + (frame.has(Http2Frame.END_STREAM) ? " end" : ""));
        }
      }
      assertEquals(2, first.size(), first::toString);
      assertEquals(Http2Frame.HEADERS + "", first.get(0));
      assertEquals(Http2Frame.DATA + " end", first.get(1));
    }
  }

  private static final class AnswersAtTheEnd implements ScriptedServer.Script {
    @Override
    public void call(int number, int stream, ScriptedServer.Connection connection) {}

    @Override
    public void ended(int stream, ScriptedServer.Connection connection) throws IOException {
      connection.send(ScriptedServer.answer(stream, MESSAGE));
    }
  }
}
