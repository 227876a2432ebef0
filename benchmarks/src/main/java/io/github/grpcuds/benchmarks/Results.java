package io.github.grpcuds.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;

/** All measurements of a run, and what follows from them. */
final class Results {
  /** What the others are compared with. */
  final Peer yardstick;

  private final List<Measurement> all = new ArrayList<>();

  Results(Peer yardstick) {
    this.yardstick = yardstick;
  }

  void add(Measurement measurement) {
    all.add(measurement);
  }

  /** The values of all rounds. */
  Optional<Spread> values(Row row, Peer peer, Metric metric) {
    return spread(
        all.stream()
            .filter(m -> m.row == row && m.peer == peer && m.values.containsKey(metric.id))
            .mapToDouble(m -> m.values.get(metric.id)));
  }

  /** The ratios to the yardstick, each to the one of the same round. */
  Optional<Spread> ratios(Row row, Peer peer, Metric metric) {
    return spread(
        all.stream()
            .filter(m -> m.row == row && m.peer == peer && m.values.containsKey(metric.id))
            .flatMapToDouble(m -> ratio(m, metric)));
  }

  private DoubleStream ratio(Measurement measurement, Metric metric) {
    return all.stream()
        .filter(m -> m.row == measurement.row && m.round == measurement.round)
        .filter(m -> m.peer == yardstick && m.values.containsKey(metric.id))
        .mapToDouble(m -> measurement.values.get(metric.id) / m.values.get(metric.id))
        .limit(1);
  }

  private static Optional<Spread> spread(DoubleStream values) {
    double[] array = values.toArray();
    return array.length == 0 ? Optional.empty() : Optional.of(Spread.of(DoubleStream.of(array)));
  }

  /** The failures of a row. */
  List<String> failures(Row row, Peer peer) {
    List<String> failures = new ArrayList<>();
    for (Measurement m : all) {
      if (m.row == row && m.peer == peer && m.failure != null) {
        failures.add(m.failure);
      }
    }
    return failures;
  }
}
