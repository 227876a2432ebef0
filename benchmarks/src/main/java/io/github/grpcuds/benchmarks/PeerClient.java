package io.github.grpcuds.benchmarks;

import io.grpc.ManagedChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The client's process: {@code PeerClient TRANSPORT POOLED-ENDPOINT DIRECT-ENDPOINT}. */
final class PeerClient {
  private final Peer peer;
  private final GrpcWorkloads grpc;
  private final RawWorkloads raw;
  private final Recorder recorder = new Recorder();
  private final List<ManagedChannel> idle = new ArrayList<>();

  private PeerClient(Peer peer, Endpoints endpoints) {
    this.peer = peer;
    this.grpc = peer == Peer.RAW ? null : new GrpcWorkloads(Wiring.of(peer), endpoints);
    this.raw = new RawWorkloads(endpoints.pooled);
  }

  /** Takes the commands {@code run ROW SECONDS} and {@code idle CONNECTIONS}. */
  public static void main(String[] args) throws Exception {
    Peer peer = Peer.of(args[0]);
    PeerClient client;
    try {
      Endpoints endpoints =
          peer.twoProcesses()
              ? new Endpoints(args[1], args[2])
              : GrpcServers.start(Wiring.of(peer), "bench");
      client = new PeerClient(peer, endpoints);
    } catch (Exception | LinkageError e) {
      Commands.print(Commands.error(e));
      throw e;
    }
    Commands.serve(ProcessFacts.jvm(), client::handle);
  }

  private Map<String, Object> handle(String[] words) throws Exception {
    if (words[0].equals("idle")) {
      connect(Integer.parseInt(words[1]));
      return new LinkedHashMap<>();
    }
    return run(Row.of(words[1]), Double.parseDouble(words[2]));
  }

  private void connect(int connections) {
    for (int i = 0; i < connections; i++) {
      ManagedChannel channel = grpc.open();
      idle.add(channel);
      Connects.call(channel);
    }
  }

  private Map<String, Object> run(Row row, double seconds) throws Exception {
    Workload workload = peer == Peer.RAW ? raw.of(row) : grpc.of(row);
    recorder.reset();
    long cpu = ProcessFacts.cpuNanos();
    long start = System.nanoTime();
    workload.run(start + (long) (seconds * 1e9), recorder);
    double took = (System.nanoTime() - start) / 1e9;
    return results(row, took, ProcessFacts.cpuNanos() - cpu);
  }

  private Map<String, Object> results(Row row, double seconds, long cpuNanos) {
    double rate = recorder.operations() / seconds;
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("operations", recorder.operations());
    results.put("seconds", seconds);
    results.put("client-cpu", cpuNanos);
    if (row.metrics.contains(Metric.BYTES)) {
      results.put(Metric.BYTES.id, rate * row.size / 1e6);
    } else {
      results.put(
          (row.metrics.contains(Metric.MESSAGES) ? Metric.MESSAGES : Metric.CALLS).id, rate);
    }
    if (row.metrics.contains(Metric.BULK)) {
      results.put(Metric.BULK.id, recorder.bulkBytes() / seconds / 1e6);
    }
    if (recorder.hasTimes()) {
      results.put(Metric.P50.id, recorder.micros(0.5));
      results.put(Metric.P99.id, recorder.micros(0.99));
    }
    return results;
  }
}
