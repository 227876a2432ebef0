package io.github.grpcuds.benchmarks;

/** What is measured in a row of the comparison, and in which unit it is shown. */
enum Metric {
  P50("p50", "us", false),
  P99("p99", "us", false),
  CALLS("calls", "1/s", true),
  CPU("cpu", "us/call", false),
  MESSAGES("messages", "1/s", true),
  BYTES("bytes", "MB/s", true),
  BULK("bulk", "MB/s", true),
  FIRST_CALL("first-call", "ms", false),
  SINCE_START("since-start", "ms", false),
  RSS("rss", "MB", false),
  THREADS("threads", "", false),
  JARS("all", "MB", false),
  OWN_JARS("beyond-grpc-core", "MB", false);

  final String id;
  final String unit;
  final boolean moreIsBetter;

  Metric(String id, String unit, boolean moreIsBetter) {
    this.id = id;
    this.unit = unit;
    this.moreIsBetter = moreIsBetter;
  }
}
