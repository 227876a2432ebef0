package io.github.grpcuds.it;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.server.UdsServerBuilder;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Measures how soon channels are READY once their socket listens, a number of times: the arguments
 * are how many channels wait for it, how often a server comes, and how long there is none, in ms.
 */
final class ReconnectTimes {
  private ReconnectTimes() {}

  public static void main(String[] args) throws Exception {
    Path folder = Files.createTempDirectory("uds");
    String path = folder.resolve("s").toString();
    List<ManagedChannel> channels = new ArrayList<>();
    for (int i = 0; i < Integer.parseInt(args[0]); i++) {
      channels.add(UdsChannelBuilder.forPath(path).build());
    }
    long awayMillis = Long.parseLong(args[2]);
    for (int round = Integer.parseInt(args[1]); round > 0; round--) {
      awaitFailures(channels);
      long cpu = cpuMillis();
      Thread.sleep(awayMillis);
      System.out.printf("away for %d ms: %d ms of a processor; ", awayMillis, cpuMillis() - cpu);
      measure(path, channels);
    }
    System.exit(0);
  }

  private static void awaitFailures(List<ManagedChannel> channels) throws InterruptedException {
    for (ManagedChannel channel : channels) {
      while (channel.getState(true) != ConnectivityState.TRANSIENT_FAILURE) {
        Thread.sleep(1);
      }
    }
  }

  private static void measure(String path, List<ManagedChannel> channels) throws Exception {
    long[] ready = new long[channels.size()];
    CountDownLatch missing = new CountDownLatch(ready.length);
    for (int i = 0; i < ready.length; i++) {
      observe(channels.get(i), ready, i, missing);
    }
    long cpu = cpuMillis();
    Server server = UdsServerBuilder.forPath(path).addService(new EchoGreeter()).build().start();
    long listening = System.nanoTime();
    if (!missing.await(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException(missing.getCount() + " channels are not READY");
    }
    cpu = cpuMillis() - cpu;
    Arrays.sort(ready);
    System.out.printf(
        "READY first %.1f, median %.1f, last %.1f ms after the server; %d ms of a processor%n",
        (ready[0] - listening) / 1e6,
        (ready[ready.length / 2] - listening) / 1e6,
        (ready[ready.length - 1] - listening) / 1e6,
        cpu);
    server.shutdownNow().awaitTermination();
  }

  private static void observe(
      ManagedChannel channel, long[] ready, int index, CountDownLatch missing) {
    ConnectivityState state = channel.getState(false);
    if (state == ConnectivityState.READY) {
      ready[index] = System.nanoTime();
      missing.countDown();
    } else {
      channel.notifyWhenStateChanged(state, () -> observe(channel, ready, index, missing));
    }
  }

  private static long cpuMillis() {
    return TimeUnit.NANOSECONDS.toMillis(
        ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
            .getProcessCpuTime());
  }
}
