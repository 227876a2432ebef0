package io.github.grpcuds.benchmarks;

import java.util.stream.DoubleStream;

/** The median of some values, and their ends. */
final class Spread {
  final double median;
  final double least;
  final double most;

  private Spread(double median, double least, double most) {
    this.median = median;
    this.least = least;
    this.most = most;
  }

  /**
   * The spread of values.
   *
   * @throws IllegalArgumentException if there are none
   */
  static Spread of(DoubleStream values) {
    double[] sorted = values.sorted().toArray();
    if (sorted.length == 0) {
      throw new IllegalArgumentException("no values");
    }
    int half = sorted.length / 2;
    double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    return new Spread(median, sorted[0], sorted[sorted.length - 1]);
  }
}
