package io.github.grpcuds.benchmarks;

import java.util.Collections;
import java.util.Map;

/** What a row gave for a transport in a round, or why it gave nothing. */
final class Measurement {
  final int round;
  final Row row;
  final Peer peer;

  /** By the names of metrics, and some more. */
  final Map<String, Double> values;

  /** Null: it went well. */
  final String failure;

  private Measurement(int round, Row row, Peer peer, Map<String, Double> values, String failure) {
    this.round = round;
    this.row = row;
    this.peer = peer;
    this.values = values;
    this.failure = failure;
  }

  static Measurement of(int round, Row row, Peer peer, Map<String, Double> values) {
    return new Measurement(round, row, peer, values, null);
  }

  static Measurement failed(int round, Row row, Peer peer, String failure) {
    return new Measurement(round, row, peer, Collections.emptyMap(), failure);
  }
}
