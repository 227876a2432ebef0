package io.github.grpcuds.benchmarks;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Measures a row of a transport; keeps the processes that are up and warm. */
final class Measurer implements Closeable {
  private static final double COLD_SECONDS = 30;

  private final CompareOptions options;
  private final Jvms jvms;
  private final PeerJars jars;
  private final Path folder;
  private final Map<Peer, PeerPair> pairs = new EnumMap<>(Peer.class);
  private final Map<Peer, Map<Row, String>> failures = new EnumMap<>(Peer.class);

  Measurer(CompareOptions options, Jvms jvms, PeerJars jars, Path folder) {
    this.options = options;
    this.jvms = jvms;
    this.jars = jars;
    this.folder = folder;
    for (Peer peer : Peer.values()) {
      failures.put(peer, new EnumMap<>(Row.class));
    }
  }

  /** What has failed once for a transport is not tried again: it could take a time-out each. */
  Measurement measure(int round, Row row, Peer peer) throws InterruptedException {
    try {
      return Measurement.of(round, row, peer, values(row, peer));
    } catch (IOException e) {
      failures.get(peer).putIfAbsent(row, e.getMessage());
      stop(peer); // it may be in any state; the next row starts a new one
      return Measurement.failed(round, row, peer, e.getMessage());
    }
  }

  private Map<String, Double> values(Row row, Peer peer) throws IOException, InterruptedException {
    failIfFailed(row, peer);
    switch (row.kind) {
      case COLD:
        return cold(peer);
      case IDLE:
        return idle(peer, row.size);
      case JARS:
        return sizes(peer);
      default:
        PeerPair pair = pair(peer);
        failIfFailed(row, peer);
        return numbers(pair.run(row, options.seconds));
    }
  }

  private void failIfFailed(Row row, Peer peer) throws IOException {
    String failure = failures.get(peer).get(row);
    if (failure != null) {
      throw new IOException(failure);
    }
  }

  /** The processes of a transport, after a start that has warmed them up. */
  private PeerPair pair(Peer peer) throws IOException, InterruptedException {
    while (!pairs.containsKey(peer)) {
      pairs.put(peer, new PeerPair(jvms, peer, Jvms.FLAGS, folder));
      warmUp(peer);
    }
    return pairs.get(peer);
  }

  /** Runs all its rows twice, for each changes what the others' code is compiled for. */
  private void warmUp(Peer peer) throws InterruptedException {
    List<Row> twice = new ArrayList<>(options.rows);
    twice.addAll(options.rows);
    run(twice, peer);
  }

  /** Runs the warm ones of the rows; one that fails is noted, and stops the processes. */
  private void run(List<Row> rows, Peer peer) throws InterruptedException {
    for (Row row : rows) {
      if (row.kind.warm() && peer.takesPart(row) && !failures.get(peer).containsKey(row)) {
        try {
          pairs.get(peer).run(row, options.seconds);
        } catch (IOException e) {
          failures.get(peer).put(row, e.getMessage());
          stop(peer);
          return;
        }
      }
    }
  }

  private void stop(Peer peer) {
    PeerPair pair = pairs.remove(peer);
    if (pair != null) {
      pair.close();
    }
  }

  private Map<String, Double> cold(Peer peer) throws IOException, InterruptedException {
    String endpoint = peer.twoProcesses() ? pair(peer).endpoint() : "";
    List<Map<String, Double>> runs = new ArrayList<>();
    for (int i = 0; i < options.coldRuns; i++) {
      try (ChildProcess client = jvms.start(peer, Jvms.FLAGS, ColdClient.class, endpoint)) {
        runs.add(numbers(client.answer("first call", COLD_SECONDS)));
      }
    }
    Map<String, Double> medians = new HashMap<>();
    for (String name : runs.get(0).keySet()) {
      medians.put(name, Spread.of(runs.stream().mapToDouble(run -> run.get(name))).median);
    }
    return medians;
  }

  private Map<String, Double> idle(Peer peer, int connections)
      throws IOException, InterruptedException {
    try (PeerPair pair = new PeerPair(jvms, peer, Jvms.SMALL, folder)) {
      return numbers(pair.idle(connections));
    }
  }

  private Map<String, Double> sizes(Peer peer) {
    Map<String, Double> sizes = new HashMap<>();
    sizes.put(Metric.JARS.id, jars.megabytes(peer));
    sizes.put(Metric.OWN_JARS.id, jars.ownMegabytes(peer));
    return sizes;
  }

  private static Map<String, Double> numbers(Map<String, String> texts) {
    Map<String, Double> numbers = new HashMap<>();
    texts.forEach((name, text) -> numbers.put(name, Double.valueOf(text)));
    return numbers;
  }

  @Override
  public void close() {
    Arrays.stream(Peer.values()).forEach(this::stop);
  }
}
