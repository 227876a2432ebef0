package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.Deadline;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Something in the server's process fills the heap to the last byte, again and again, so that any
 * allocation at all may be the one that fails. Calls may fail meanwhile; none may hang, and when it
 * is over all is as before.
 *
 * <p>-Dgrpcuds.heap.millis says for how long.
 */
@Tag("long")
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc")
class FullHeapTest {
  private static final int MILLIS = Integer.getInteger("grpcuds.heap.millis", 3000);
  private static final int CHANNELS = 4;
  private static final int MOST_OPEN = 12; // calls of a channel
  private static final long RECOVERY_SECONDS = 5;
  private static final long MAX_LEFT = 8 << 20;
  private static final byte[] MESSAGE = ByteEcho.random(700);

  private final Queue<Call> open = new ConcurrentLinkedQueue<>();
  private int ok;
  private int failed;

  private static AttackedServer start() throws Exception {
    return AttackedServer.start("-Xmx24m", "-XX:+UseSerialGC");
  }

  @Test
  void nothingHangsAndAllIsAsBefore() throws Exception {
    List<ManagedChannel> channels = new ArrayList<>();
    try (AttackedServer server = start()) {
      for (int i = 0; i < CHANNELS; i++) {
        channels.add(server.channel());
        assertArrayEquals(MESSAGE, AttackedServer.echo(channels.get(i), MESSAGE));
      }
      ServerStats before = server.stats();
      server.fillHeap(MILLIS);
      callUntilFilled(server, channels);
      Deadline recovery = Deadline.after(RECOVERY_SECONDS, TimeUnit.SECONDS);
      Await.until(recovery, this::allEnded, () -> hanging(server));
      for (ManagedChannel channel : channels) {
        assertArrayEquals(MESSAGE, AttackedServer.echo(channel, MESSAGE));
      }
      for (int i = 0; i < 2 * CHANNELS; i++) {
        ManagedChannel late = server.channel();
        channels.add(late);
        assertArrayEquals(MESSAGE, AttackedServer.echo(late, MESSAGE));
      }
      System.out.println("full heap | " + ok + " calls ok | " + failed + " failed");
      channels.forEach(ManagedChannel::shutdownNow);
      Await.until(
          () -> server.stats().descriptors <= before.descriptors,
          () -> "descriptors left, before " + before);
      ServerStats after = server.stats();
      assertTrue(
          after.memory() - before.memory() < MAX_LEFT && after.threads - before.threads < 10,
          () -> after + "; before: " + before);
      assertEquals("true", server.shutDown(), () -> "not terminated: " + server.log());
    } finally {
      channels.forEach(ManagedChannel::shutdownNow);
    }
  }

  private String hanging(AttackedServer server) {
    return open.size() + " calls hang: " + open.peek() + "; " + String.join("\n", server.log());
  }

  private void callUntilFilled(AttackedServer server, List<ManagedChannel> channels)
      throws Exception {
    for (int i = 0; !server.heapWasFilled(); i++) {
      if (open.size() < CHANNELS * MOST_OPEN) {
        open.add(new Call(i).start(channels.get(i % CHANNELS)));
      } else {
        Thread.sleep(1);
      }
      if (i % 50 == 0) {
        connectAndLeave(server);
      }
      allEnded();
    }
  }

  private static void connectAndLeave(AttackedServer server) throws InterruptedException {
    ManagedChannel channel = server.channel();
    new Call(0).start(channel);
    Thread.sleep(2);
    channel.shutdownNow();
  }

  private boolean allEnded() {
    open.removeIf(
        call -> {
          Status status = call.status;
          ok += status != null && status.isOk() ? 1 : 0;
          failed += status == null || status.isOk() ? 0 : 1;
          return status != null;
        });
    return open.isEmpty();
  }

  private static final class Call extends ClientCall.Listener<byte[]> {
    private final MethodDescriptor<byte[], byte[]> method;
    private final int number;
    private ClientCall<byte[], byte[]> call;
    private volatile int received;
    volatile Status status;

    Call(int number) {
      this.number = number;
      this.method =
          number % 3 == 0
              ? AttackService.CHAT
              : number % 3 == 1 ? AttackService.ECHO : AttackService.POLITE;
    }

    Call start(ManagedChannel channel) {
      call = channel.newCall(method, CallOptions.DEFAULT);
      call.start(this, new Metadata());
      call.request(1000);
      if (method == AttackService.POLITE) {
        call.sendMessage(AttackService.ints(50, 1000));
      } else {
        call.sendMessage(ByteEcho.random(number % 2000));
      }
      call.halfClose();
      return this;
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // by one thread at a time
    public void onMessage(byte[] message) {
      received++;
    }

    @Override
    public void onClose(Status closed, Metadata trailers) {
      status = closed;
    }

    @Override
    public String toString() {
      return method.getFullMethodName() + " number " + number + ", received " + received;
    }
  }
}
