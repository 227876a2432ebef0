package io.github.grpcuds.benchmarks;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Measures a row of a transport; keeps the processes that are up and warm. */
final class Measurer implements Closeable {
  private static final double COLD_SECONDS = 30;
  private static final double RAW_SECONDS = 0.5;
  private static final int NEIGHBOURS = 2;
  private static final int FIRST_WITH_VIRTUAL_THREADS = 21;

  private final CompareOptions options;
  private final Jvms jvms;
  private final PeerJars jars;
  private final Path target;
  private final Path folder;
  private final Map<Peer, Map<Setting, PeerPair>> pairs = new EnumMap<>(Peer.class);
  private final Map<Peer, ForeignPeer> foreign = new EnumMap<>(Peer.class);
  private final Map<Peer, Map<Row, String>> failures = new EnumMap<>(Peer.class);

  Measurer(CompareOptions options, Jvms jvms, PeerJars jars, Path target, Path folder) {
    this.options = options;
    this.jvms = jvms;
    this.jars = jars;
    this.target = target;
    this.folder = folder;
    for (Peer peer : Peer.values()) {
      failures.put(peer, new EnumMap<>(Row.class));
      pairs.put(peer, new EnumMap<>(Setting.class));
    }
  }

  /** What has failed once for a transport is not tried again: it could take a time-out each. */
  Measurement measure(int round, Row row, Peer peer) throws InterruptedException {
    try {
      failIfFailed(row, peer);
      Map<String, Double> values =
          peer.isForeign() ? foreign(peer).values(round, row) : values(row, peer);
      return Measurement.of(round, row, peer, values);
    } catch (IOException e) {
      failures.get(peer).putIfAbsent(row, e.getMessage());
      stop(peer, row.setting.processes()); // it may be in any state; the next row starts a new one
      return Measurement.failed(round, row, peer, e.getMessage());
    }
  }

  private ForeignPeer foreign(Peer peer) {
    return foreign.computeIfAbsent(peer, p -> new ForeignPeer(p, target, folder, options));
  }

  private Map<String, Double> values(Row row, Peer peer) throws IOException, InterruptedException {
    switch (row.kind) {
      case COLD:
        return cold(peer);
      case IDLE:
        return idle(peer, row.size);
      case JARS:
        return sizes(peer);
      default:
        failIfTooOld(row, peer);
        PeerPair pair = pair(peer, row.setting.processes());
        failIfFailed(row, peer);
        return numbers(run(pair, row));
    }
  }

  private void failIfTooOld(Row row, Peer peer) throws IOException {
    String version = Facts.javaVersion(options.jdk(peer));
    if (row.kind == Row.Kind.VIRTUAL_THREADS && major(version) < FIRST_WITH_VIRTUAL_THREADS) {
      throw new IOException("skipped: virtual threads need --jdk 21 or newer, not " + version);
    }
  }

  /** Such as 21 of 21.0.2, and 1 of 1.8.0; 0 if it is no version. */
  private static int major(String version) {
    String first = version.replaceAll("[^0-9].*", "");
    return first.isEmpty() ? 0 : Integer.parseInt(first);
  }

  private void failIfFailed(Row row, Peer peer) throws IOException {
    String failure = failures.get(peer).get(row);
    if (failure != null) {
      throw new IOException(failure);
    }
  }

  /** The median of a ping-pong on a plain socket by two processes, which sleep while they wait. */
  double rawPingPongMicros() throws IOException, InterruptedException {
    try (PeerPair raw = new PeerPair(jvms, Peer.RAW, Setting.QUIET, Jvms.SMALL, folder)) {
      raw.run(Row.PING_PONG, RAW_SECONDS); // warm
      return Double.parseDouble(raw.run(Row.PING_PONG, RAW_SECONDS).get(Metric.P50.id));
    }
  }

  /** The processes of a transport, after a start that has warmed them up. */
  private PeerPair pair(Peer peer, Setting setting) throws IOException, InterruptedException {
    Map<Setting, PeerPair> started = pairs.get(peer);
    while (!started.containsKey(setting)) {
      started.put(setting, new PeerPair(jvms, peer, setting, Jvms.FLAGS, folder));
      warmUp(peer, setting);
    }
    return started.get(setting);
  }

  private Map<String, String> run(PeerPair pair, Row row) throws IOException, InterruptedException {
    BusyNeighbours busy = new BusyNeighbours(row.setting == Setting.BUSY ? NEIGHBOURS : 0);
    try {
      return pair.run(row, options.seconds);
    } finally {
      busy.close();
    }
  }

  /** Runs all its rows twice, for each changes what the others' code is compiled for. */
  private void warmUp(Peer peer, Setting setting) throws InterruptedException {
    List<Row> twice = new ArrayList<>(options.rows);
    twice.addAll(options.rows);
    twice.removeIf(row -> !row.kind.warm() || row.setting != setting || !peer.takesPart(row));
    for (Row row : twice) {
      if (!failures.get(peer).containsKey(row) && !warmUp(peer, row)) {
        return;
      }
    }
  }

  /** False if it failed, which is noted, and the processes are stopped. */
  private boolean warmUp(Peer peer, Row row) throws InterruptedException {
    try {
      failIfTooOld(row, peer);
    } catch (IOException e) {
      return true; // it says so when it is the row's turn
    }
    try {
      run(pairs.get(peer).get(row.setting), row);
      return true;
    } catch (IOException e) {
      failures.get(peer).put(row, e.getMessage());
      stop(peer, row.setting);
      return false;
    }
  }

  private void stop(Peer peer, Setting setting) {
    PeerPair pair = pairs.get(peer).remove(setting);
    if (pair != null) {
      pair.close();
    }
  }

  private Map<String, Double> cold(Peer peer) throws IOException, InterruptedException {
    String endpoint = peer.twoProcesses() ? pair(peer, Setting.QUIET).endpoint() : "";
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
    try (PeerPair pair = new PeerPair(jvms, peer, Setting.QUIET, Jvms.SMALL, folder)) {
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
    for (Peer peer : Peer.values()) {
      for (Setting setting : Setting.values()) {
        stop(peer, setting);
      }
    }
  }
}
