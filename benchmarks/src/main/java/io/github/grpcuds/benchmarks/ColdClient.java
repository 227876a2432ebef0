package io.github.grpcuds.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashMap;
import java.util.Map;

/** A process for one call: {@code ColdClient TRANSPORT ENDPOINT}. */
final class ColdClient {
  private ColdClient() {}

  /** Calls, and tells how long that took since it began and since the JVM started. */
  public static void main(String[] args) throws Exception {
    Peer peer = Peer.of(args[0]);
    String endpoint =
        peer.twoProcesses() ? args[1] : GrpcServers.start(Wiring.of(peer), "cold").pooled;
    long start = System.nanoTime();
    if (peer == Peer.RAW) {
      echo(endpoint);
    } else {
      Connects.call(Wiring.of(peer).channel(endpoint).build());
    }
    long took = System.nanoTime() - start;
    long now = System.currentTimeMillis();
    Map<String, Object> results = new LinkedHashMap<>();
    results.put(Metric.FIRST_CALL.id, took / 1e6);
    results.put(
        Metric.SINCE_START.id,
        (double) (now - ManagementFactory.getRuntimeMXBean().getStartTime()));
    Commands.print(results);
    Runtime.getRuntime().halt(0);
  }

  private static void echo(String path) throws IOException {
    try (SocketChannel channel = RawSockets.connect(path)) {
      ByteBuffer order = ByteBuffer.allocateDirect(RawServer.ORDER_BYTES);
      RawSockets.writeFully(channel, order);
      RawSockets.readFully(channel, order);
    }
  }
}
