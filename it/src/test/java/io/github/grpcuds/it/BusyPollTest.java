package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both ends look for input before they sleep, or do not. */
@Timeout(120)
class BusyPollTest {
  private static final long LOOKS_OF_AN_IDLE_CONNECTION = TimeUnit.MILLISECONDS.toNanos(100);

  @RegisterExtension final Sockets sockets = new Sockets();

  private Server server;

  /** With a time of its own, or with the default if that is negative. */
  private ManagedChannel channel(long micros) throws Exception {
    String path = sockets.path("s");
    UdsServerBuilder serverBuilder = UdsServerBuilder.forPath(path).addService(new ByteEcho());
    UdsChannelBuilder channelBuilder = UdsChannelBuilder.forPath(path);
    if (micros >= 0) {
      serverBuilder.busyPollTime(micros, TimeUnit.MICROSECONDS);
      channelBuilder.busyPollTime(micros, TimeUnit.MICROSECONDS);
    }
    server = sockets.start(serverBuilder);
    return sockets.open(channelBuilder);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 1, 1000})
  void allKindsOfCallsWork(long micros) throws Exception {
    ManagedChannel channel = channel(micros);
    for (int size : new int[] {0, 100, 70_000, 1_000_000}) {
      ByteEcho.callInEveryKind(channel, size);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 1000})
  void endsSeeEachOtherGo(long micros) throws Exception {
    ManagedChannel channel = channel(micros);
    for (int i = 0; i < 1000; i++) {
      ByteEcho.echo(channel, new byte[10]);
    }
    server.shutdown();
    assertTrue(server.awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS));
    channel.shutdown();
    assertTrue(channel.awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS));
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 1000})
  void idleConnectionsTakeNoProcessor(long micros) throws Exception {
    ManagedChannel channel = channel(micros);
    for (int i = 0; i < 1000; i++) {
      ByteEcho.echo(channel, new byte[10]);
    }
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long before = cpuNanos(threads);
    Thread.sleep(500); // the time in which nothing is to happen
    long used = cpuNanos(threads) - before;
    assertTrue(used < LOOKS_OF_AN_IDLE_CONNECTION, used + " ns");
    assertEquals(10, ByteEcho.echo(channel, new byte[10]).length);
  }

  /** Of the threads that are alive. */
  private static long cpuNanos(ThreadMXBean threads) {
    long nanos = 0;
    for (long id : threads.getAllThreadIds()) {
      nanos += Math.max(0, threads.getThreadCpuTime(id));
    }
    return nanos;
  }
}
