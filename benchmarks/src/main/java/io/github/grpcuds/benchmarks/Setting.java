package io.github.grpcuds.benchmarks;

/** Under what circumstances a row's processes run. */
enum Setting {
  /** Nothing else runs. */
  QUIET(0),
  /** Two other processes keep the processors busy. */
  BUSY(0),
  /** Client and server share one processor. */
  ONE_CPU(0),
  /** A cgroup grants client and server one processor's time each. */
  QUOTA_100(100),
  /** A cgroup grants client and server half of a processor's time each. */
  QUOTA_50(50);

  /** The processor time that each process is granted; 0 for no limit. */
  final int quotaPercent;

  Setting(int quotaPercent) {
    this.quotaPercent = quotaPercent;
  }

  /** Whose processes may be used, for they are started in the same way. */
  Setting processes() {
    return this == BUSY ? QUIET : this;
  }
}
