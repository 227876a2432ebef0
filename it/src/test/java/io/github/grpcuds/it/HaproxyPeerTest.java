package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.testkit.Await;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** HAProxy between our client and our server: it opens windows a few KiB at a time. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HaproxyPeerTest {
  private static final String PROGRAM = "/usr/sbin/haproxy";
  private static final int MESSAGE_BYTES = 64 * 1024;
  private static final int MESSAGES = Integer.getInteger("grpcuds.it.haproxy.messages", 2000);

  @RegisterExtension final EngineServer server = new EngineServer();

  @TempDir Path folder;

  private Process haproxy;
  private ManagedChannel channel;

  @BeforeEach
  void findProgram() {
    Assumptions.assumeTrue(Files.isExecutable(Paths.get(PROGRAM)), "no " + PROGRAM);
  }

  @AfterEach
  void stop() throws Exception {
    if (channel != null) {
      channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
    if (haproxy != null) {
      haproxy.destroy();
      haproxy.waitFor(10, TimeUnit.SECONDS);
    }
  }

  private void startHaproxy() throws Exception {
    String front = folder.resolve("front").toString();
    Path config = folder.resolve("haproxy.cfg");
    Files.write(
        config,
        Arrays.asList(
            "defaults",
            "  mode http",
            "  timeout connect 10s",
            "  timeout client 100s",
            "  timeout server 100s",
            "listen grpc",
            "  bind unix@" + front + " proto h2",
            "  server s unix@" + server.path() + " proto h2"));
    haproxy =
        new ProcessBuilder(PROGRAM, "-db", "-f", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(new File(folder.toFile(), "log"))
            .start();
    Await.until(() -> Files.exists(Paths.get(front)), () -> "no socket of HAProxy's");
    channel = UdsChannelBuilder.forPath(front).build();
  }

  @Test
  void largeServerStreamArrives() throws Exception {
    byte[] message = ByteEcho.random(MESSAGE_BYTES);
    server.start(
        (call, headers) -> {
          call.sendHeaders(new Metadata());
          call.request(1);
          return new Sender(call, message);
        });
    startHaproxy();
    Receiver receiver = new Receiver();
    receiver.call =
        channel.newCall(
            ByteEcho.CHAT.toBuilder().setFullMethodName(EngineServer.RAW).build(),
            CallOptions.DEFAULT);
    receiver.call.start(receiver, new Metadata());
    receiver.call.request(1);
    receiver.call.halfClose();
    Status status = receiver.ended.poll(100, TimeUnit.SECONDS);
    assertEquals(Status.OK, status, () -> receiver.messages.get() + " messages came");
    assertEquals(MESSAGES, receiver.messages.get());
  }

  /** Sends what the client takes. */
  private static final class Sender extends ServerCall.Listener<byte[]> {
    private final ServerCall<byte[], byte[]> call;
    private final byte[] message;
    private int sent;

    Sender(ServerCall<byte[], byte[]> call, byte[] message) {
      this.call = call;
      this.message = message;
    }

    @Override
    public void onHalfClose() {
      onReady();
    }

    @Override
    public void onReady() {
      while (sent < MESSAGES && call.isReady()) {
        call.sendMessage(message);
        if (++sent == MESSAGES) {
          call.close(Status.OK, new Metadata());
        }
      }
    }
  }

  private static final class Receiver extends ClientCall.Listener<byte[]> {
    final BlockingQueue<Status> ended = new LinkedBlockingQueue<>();
    final AtomicInteger messages = new AtomicInteger();
    ClientCall<byte[], byte[]> call;

    @Override
    public void onMessage(byte[] message) {
      messages.incrementAndGet();
      call.request(1);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      ended.add(status);
    }
  }
}
