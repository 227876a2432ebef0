package io.github.grpcuds.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.ChildJvm;
import io.github.grpcuds.testkit.Deadline;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A GiB each way through the program, past a reader that is slower than what sends. */
@Tag("long")
@EnabledOnOs(OS.LINUX)
class LargeStreamTest {
  private static final int MESSAGE_BYTES = 64 * 1024;
  private static final int MESSAGES = 16 * 1024; // a GiB
  private static final int WARM = MESSAGES / 4;

  /** Its heap is all there from the start. */
  private static final long MOST_GROWTH_KIB = 32 * 1024;

  private static final long LIMIT_SECONDS = 10 * Deadline.SECONDS;

  /** Each message is its number, and then zeros. */
  private static final MethodDescriptor<Integer, Integer> ECHO =
      MethodDescriptor.newBuilder(new Numbers(), new Numbers())
          .setType(MethodType.BIDI_STREAMING)
          .setFullMethodName("test.Stream/Echo")
          .build();

  @TempDir Path folder;
  @RegisterExtension final BridgeProgram bridge = new BridgeProgram();

  private ManagedChannel channel;
  private String pid;

  @BeforeEach
  void start() throws Exception {
    String back = folder.resolve("back").toString();
    String front = folder.resolve("front").toString();
    bridge.serve(
        UdsServerBuilder.forPath(back)
            .addService(
                ServerServiceDefinition.builder("test.Stream")
                    .addMethod(ECHO, (call, headers) -> new Echo(call))
                    .build()));
    bridge.start(
        new ChildJvm(UdsBridgeMain.class).options("-Xms64m", "-Xmx64m", "-XX:+AlwaysPreTouch"),
        "--listen",
        "unix:" + front,
        "--to",
        "unix:" + back);
    pid = bridge.pid();
    channel = bridge.use(UdsChannelBuilder.forPath(front).build());
  }

  @Test
  void memoryStaysFlatBesideASlowReader() throws Exception {
    SlowCaller caller = new SlowCaller(channel.newCall(ECHO, CallOptions.DEFAULT));
    Status status = caller.ended.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    assertTrue(status.isOk(), () -> status + "; the bridge said " + bridge.process().output());
    assertEquals(MESSAGES, caller.received);
    assertTrue(caller.warmKib > 64 * 1024, caller.warmKib + " KiB when it was warm");
    long growth = caller.mostKib - caller.warmKib;
    assertTrue(
        growth < MOST_GROWTH_KIB,
        growth + " KiB more than the " + caller.warmKib + " KiB of when it was warm");
  }

  /** What of the bridge is in memory. */
  private long residentKib() {
    try {
      for (String line : Files.readAllLines(Paths.get("/proc", pid, "status"))) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("\\D", ""));
        }
      }
      throw new AssertionError("no VmRSS of process " + pid);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends what fits. Reads with pauses, and looks at the bridge's memory. */
  private final class SlowCaller extends ClientCall.Listener<Integer> {
    private final ClientCall<Integer, Integer> call;
    final CompletableFuture<Status> ended = new CompletableFuture<>();
    private int sent;
    private int received;
    private long warmKib;
    private long mostKib;

    SlowCaller(ClientCall<Integer, Integer> call) {
      this.call = call;
      call.start(this, new Metadata());
      call.request(1);
    }

    @Override
    public void onReady() {
      while (sent < MESSAGES && call.isReady()) {
        call.sendMessage(sent++);
        if (sent == MESSAGES) {
          call.halfClose();
        }
      }
    }

    @Override
    public void onMessage(Integer number) {
      if (number != received++) {
        ended.completeExceptionally(new AssertionError(number + " after " + (received - 1)));
        call.cancel("out of order", null);
        return;
      }
      if (received % 64 == 0) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        look();
      }
      call.request(1);
    }

    private void look() {
      if (received >= WARM) {
        mostKib = Math.max(mostKib, residentKib());
        warmKib = warmKib == 0 ? mostKib : warmKib;
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      ended.complete(status);
    }
  }

  /** Answers with each message, and asks for the next one when there is room for its answer. */
  private static final class Echo extends ServerCall.Listener<Integer> {
    private final ServerCall<Integer, Integer> call;
    private boolean waits = true;

    Echo(ServerCall<Integer, Integer> call) {
      this.call = call;
      call.sendHeaders(new Metadata());
      onReady();
    }

    @Override
    public void onReady() {
      if (waits && call.isReady()) {
        waits = false;
        call.request(1);
      }
    }

    @Override
    public void onMessage(Integer number) {
      call.sendMessage(number);
      waits = true;
      onReady();
    }

    @Override
    public void onHalfClose() {
      call.close(Status.OK, new Metadata());
    }
  }

  private static final class Numbers implements MethodDescriptor.Marshaller<Integer> {
    @Override
    public InputStream stream(Integer value) {
      byte[] message = new byte[MESSAGE_BYTES];
      ByteBuffer.wrap(message).putInt(value);
      return new ByteArrayInputStream(message);
    }

    @Override
    public Integer parse(InputStream stream) {
      try (DataInputStream data = new DataInputStream(stream)) {
        byte[] message = new byte[MESSAGE_BYTES];
        data.readFully(message);
        if (data.read() >= 0) {
          throw new IOException("more than " + MESSAGE_BYTES + " bytes");
        }
        return ByteBuffer.wrap(message).getInt();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
