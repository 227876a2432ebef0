package io.github.grpcuds.benchmarks;

import java.util.Arrays;

/** Counts, and keeps how long each operation took. By one thread at a time. */
final class Recorder {
  /** A power of two; of more operations the last ones are kept. */
  private static final int CAPACITY = 1 << 20;

  private final long[] nanos = new long[CAPACITY];
  private int recorded;
  private long operations;
  private long bulkBytes;

  void reset() {
    recorded = 0;
    operations = 0;
    bulkBytes = 0;
  }

  /** An operation that took a time. */
  void record(long duration) {
    nanos[recorded++ & (CAPACITY - 1)] = duration;
    operations++;
  }

  /** Operations whose times do not matter. */
  void count(long more) {
    operations += more;
  }

  /** What a stream brought meanwhile that is no operation. */
  void bulk(long bytes) {
    bulkBytes += bytes;
  }

  long bulkBytes() {
    return bulkBytes;
  }

  long operations() {
    return operations;
  }

  boolean hasTimes() {
    return recorded > 0;
  }

  /** The time within which a share of the operations ended, such as 0.99. */
  double micros(double share) {
    int size = Math.min(recorded, CAPACITY);
    Arrays.sort(nanos, 0, size);
    return nanos[Math.min(size - 1, (int) (size * share))] / 1e3;
  }
}
