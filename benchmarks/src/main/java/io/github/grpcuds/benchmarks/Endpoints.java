package io.github.grpcuds.benchmarks;

/** Where the two servers of a process listen: one with default, one with direct executors. */
final class Endpoints {
  final String pooled;
  final String direct;

  Endpoints(String pooled, String direct) {
    this.pooled = pooled;
    this.direct = direct;
  }
}
