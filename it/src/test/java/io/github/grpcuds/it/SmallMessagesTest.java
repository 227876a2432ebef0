package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.testkit.Await;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What messages cost that nobody has asked for yet: little more than their window says. */
@Timeout(60)
class SmallMessagesTest {
  private static final int WINDOW = 1 << 18;
  private static final int ALLOWANCE = 2 << 20;
  private static final int FRAME_BYTES = 9;

  @RegisterExtension final Sockets sockets = new Sockets();

  private final AtomicLong sent = new AtomicLong();

  /** Fills the client's window with messages, one or many to a write. */
  private ScriptedServer.Script filler(byte[] content, int atOnce) {
    byte[] message = ScriptedServer.message(3, content);
    return (number, stream, connection) -> {
      connection.send(ScriptedServer.headers(stream));
      int left = connection.clientWindow();
      int cost = (message.length - FRAME_BYTES) * atOnce;
      byte[] messages = RawFrames.times(atOnce, message);
      for (; left >= cost; left -= cost) {
        connection.send(messages);
        sent.addAndGet(atOnce);
      }
      connection.send(RawFrames.frame(Http2Frame.PING, 0, 0, new byte[8]));
    };
  }

  @ParameterizedTest
  @CsvSource({"1,1", "1,500", "32,1", "32,500", "1000,1", "1000,20", "4000,1", "9000,1"})
  void heldByAReaderThatPauses(int size, int atOnce) throws Exception {
    byte[] content = ByteEcho.random(size);
    String path = sockets.path("s");
    try (ScriptedServer server = new ScriptedServer(path, filler(content, atOnce))) {
      ManagedChannel channel =
          sockets.open(UdsChannelBuilder.forPath(path).flowControlWindow(WINDOW));
      long before = used();
      BlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();
      ClientCall<byte[], byte[]> call = channel.newCall(ByteEcho.CHAT, ByteEcho.within(50));
      call.start(
          new ClientCall.Listener<byte[]>() {
            @Override
            public void onMessage(byte[] message) {
              messages.add(message);
            }
          },
          new Metadata());
      awaitPingAnswered(server);
      long held = used() - before;
      assertTrue(
          held <= 2 * WINDOW + ALLOWANCE,
          () -> held + " bytes for " + sent + " messages of " + size + " bytes");
      call.request(Integer.MAX_VALUE);
      for (long i = sent.get(); i > 0; i--) {
        byte[] message = messages.poll(20, TimeUnit.SECONDS);
        assertArrayEquals(content, message, "message " + i + " before the end");
      }
      assertEquals(0, messages.size());
      call.cancel("by the test", null);
    }
  }

  /** Then the client has read all that came before. */
  private static void awaitPingAnswered(ScriptedServer server) {
    Await.until(
        () -> server.frames.stream().anyMatch(frame -> frame.type == Http2Frame.PING),
        () -> "the PING is not answered");
  }

  private static long used() {
    Runtime runtime = Runtime.getRuntime();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }
}
