package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Await;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What messages cost that nobody has asked for yet: little more than their windows say. */
@Timeout(60)
class HeldMessagesTest {
  private static final int ALLOWANCE = 2 << 20;
  private static final int FRAME_BYTES = 16_384;

  @RegisterExtension final Sockets sockets = new Sockets();
  private final AtomicLong sent = new AtomicLong();

  /** Of the server, for TLS; null: it speaks plain text. */
  Identity identity() {
    return null;
  }

  /** Fills the client's window with messages, one or many to a write; then it sends a PING. */
  private ScriptedServer.Script filler(byte[] content, int atOnce) {
    return (number, stream, connection) -> {
      connection.send(ScriptedServer.headers(stream));
      byte[] messages = RawFrames.times(atOnce, frames(stream, content));
      int cost = RawFrames.message(content).length * atOnce;
      for (int left = connection.clientWindow(); left >= cost; left -= cost) {
        connection.send(messages);
        sent.addAndGet(atOnce);
      }
      connection.send(RawFrames.frame(Http2Frame.PING, 0, 0, new byte[8]));
    };
  }

  /** A message in as few DATA frames as there can be. */
  private static byte[] frames(int stream, byte[] content) {
    byte[] message = RawFrames.message(content);
    ByteArrayOutputStream frames = new ByteArrayOutputStream();
    for (int at = 0; at < message.length; at += FRAME_BYTES) {
      byte[] part = Arrays.copyOfRange(message, at, Math.min(message.length, at + FRAME_BYTES));
      byte[] frame = RawFrames.frame(Http2Frame.DATA, 0, stream, part);
      frames.write(frame, 0, frame.length);
    }
    return frames.toByteArray();
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "1, 1, 500",
    "1, 32, 1",
    "8, 32, 1",
    "1, 32, 500",
    "1, 1000, 1",
    "1, 1000, 20",
    "1, 4000, 1",
    "1, 4100, 1",
    "1, 9000, 1",
    "8, 9000, 1",
    "1, 65536, 1",
    "8, 65536, 1",
    "1, 4194304, 1",
    "4, 4194304, 1"
  })
  void heldByReadersThatPause(int streams, int size, int atOnce) throws Exception {
    byte[] content = ByteEcho.random(size);
    int window = Math.max(1 << 18, size + 100);
    try (ScriptedServer server =
        new ScriptedServer(sockets.path("s"), identity(), filler(content, atOnce))) {
      ManagedChannel channel =
          sockets.open(
              server
                  .channelBuilder()
                  .flowControlWindow(window)
                  .maxInboundMessageSize(Integer.MAX_VALUE));
      long before = used();
      List<Reader> readers = new ArrayList<>();
      for (int i = 0; i < streams; i++) {
        readers.add(new Reader(channel));
      }
      awaitPingsAnswered(server, streams);
      long held = used() - before;
      assertTrue(
          held <= 2L * window * streams + ALLOWANCE,
          () -> held + " bytes for " + sent + " messages of " + size + " bytes");
      long eachSent = sent.get() / streams;
      for (Reader reader : readers) {
        reader.assertReads(content, eachSent);
      }
    }
  }

  /** A call that asks for nothing until it is told to. */
  private static final class Reader extends ClientCall.Listener<byte[]> {
    private final BlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();
    private final ClientCall<byte[], byte[]> call;

    Reader(ManagedChannel channel) {
      call = channel.newCall(ByteEcho.CHAT, ByteEcho.within(50));
      call.start(this, new Metadata());
    }

    @Override
    public void onMessage(byte[] message) {
      messages.add(message);
    }

    void assertReads(byte[] content, long count) throws InterruptedException {
      call.request(Integer.MAX_VALUE);
      for (long i = count; i > 0; i--) {
        byte[] message = messages.poll(20, TimeUnit.SECONDS);
        assertArrayEquals(content, message, "message " + i + " before the end");
      }
      assertEquals(0, messages.size());
      call.cancel("by the test", null);
    }
  }

  /** Then the client has read all that came before. */
  private static void awaitPingsAnswered(ScriptedServer server, int count) {
    Await.until(
        () ->
            server.frames.stream().filter(frame -> frame.type == Http2Frame.PING).count() == count,
        () -> "not all PINGs are answered");
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
