package io.github.grpcuds.benchmarks;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** A server's and a client's process of one transport; in process, the client's alone. */
final class PeerPair implements Closeable {
  private static final double START_SECONDS = 30;
  private static final double SPARE_SECONDS = 30;

  private final Path folder;
  private final ChildProcess server; // null: in process
  private final ChildProcess client;
  private final String endpoint;
  private final List<CpuQuota> quotas = new ArrayList<>();

  /** Starts both, the server with flags of its own. */
  PeerPair(Jvms jvms, Peer peer, Setting setting, List<String> serverFlags, Path parent)
      throws IOException, InterruptedException {
    folder = Files.createTempDirectory(parent, "p");
    ChildProcess startedServer = null;
    ChildProcess startedClient = null;
    try {
      String direct = "";
      if (peer.twoProcesses()) {
        startedServer =
            jvms.start(prefix(setting), peer, serverFlags, PeerServer.class, folder.toString());
        Map<String, String> greeting = startedServer.answer("start of the server", START_SECONDS);
        endpoint = greeting.get("pooled");
        direct = greeting.get("direct");
      } else {
        endpoint = "";
      }
      startedClient =
          jvms.start(prefix(setting), peer, Jvms.FLAGS, PeerClient.class, endpoint, direct);
      startedClient.answer("start of the client", START_SECONDS);
    } catch (IOException | InterruptedException e) {
      close(startedServer);
      close(startedClient);
      quotas.forEach(CpuQuota::close);
      throw e;
    }
    server = startedServer;
    client = startedClient;
  }

  private List<String> prefix(Setting setting) throws IOException {
    if (setting == Setting.ONE_CPU) {
      return Arrays.asList("taskset", "-c", "0");
    }
    if (setting.quotaPercent == 0) {
      return Collections.emptyList();
    }
    CpuQuota quota = new CpuQuota(setting.quotaPercent);
    quotas.add(quota);
    return quota.prefix();
  }

  /** Where the server listens that has default executors. */
  String endpoint() {
    return endpoint;
  }

  /** Runs a warm row and adds the time of both processors' work per operation. */
  Map<String, String> run(Row row, double seconds) throws IOException, InterruptedException {
    double before = serverCpu();
    Map<String, String> results = client.ask("run " + row + " " + seconds, seconds + SPARE_SECONDS);
    double cpu = serverCpu() - before + Double.parseDouble(results.get("client-cpu"));
    double operations = Double.parseDouble(results.get("operations"));
    results.put(Metric.CPU.id, Double.toString(cpu / operations / 1e3));
    return results;
  }

  private double serverCpu() throws IOException, InterruptedException {
    return server == null
        ? 0
        : Double.parseDouble(server.ask("cpu", SPARE_SECONDS).get(Metric.CPU.id));
  }

  /** Opens connections and tells what the server needs for them. */
  Map<String, String> idle(int connections) throws IOException, InterruptedException {
    Map<String, String> before = server.ask("memory", SPARE_SECONDS);
    client.ask("idle " + connections, 2 * SPARE_SECONDS);
    Map<String, String> after = server.ask("memory", SPARE_SECONDS);
    before.forEach((name, value) -> after.put(name + "-before", value));
    return after;
  }

  @Override
  public void close() {
    close(client);
    close(server);
    quotas.forEach(CpuQuota::close);
  }

  private static void close(ChildProcess process) {
    if (process != null) {
      process.close();
    }
  }
}
