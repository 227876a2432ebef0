package io.github.grpcuds.benchmarks;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** What is done in a row of the comparison. */
enum Row {
  UNARY_1_DEFAULT("unary-1-default", Kind.BLOCKING, 1, Metric.P50, Metric.P99, Metric.CPU),
  UNARY_1_DIRECT("unary-1-direct", Kind.DIRECT_CALLS, 1, Metric.P50, Metric.P99, Metric.CPU),
  UNARY_8_DEFAULT("unary-8-default", Kind.CALLS, 8, Metric.CALLS, Metric.CPU),
  UNARY_8_DIRECT("unary-8-direct", Kind.DIRECT_CALLS, 8, Metric.CALLS, Metric.CPU),
  UNARY_64_DEFAULT("unary-64-default", Kind.CALLS, 64, Metric.CALLS, Metric.CPU),
  UNARY_64_DIRECT("unary-64-direct", Kind.DIRECT_CALLS, 64, Metric.CALLS, Metric.CPU),
  UNARY_512_DEFAULT("unary-512-default", Kind.CALLS, 512, Metric.CALLS, Metric.CPU),
  UNARY_512_DIRECT("unary-512-direct", Kind.DIRECT_CALLS, 512, Metric.CALLS, Metric.CPU),
  FUTURES_64("futures-64", Kind.FUTURES, 64, Metric.CALLS, Metric.CPU),
  THREADS_64("threads-64", Kind.THREADS, 64, Metric.CALLS, Metric.CPU),
  VIRTUAL_64("virtual-64", Kind.VIRTUAL_THREADS, 64, Metric.CALLS, Metric.CPU),
  SLEEP_500US_8("sleep-500us-8", 8, 500),
  SLEEP_500US_64("sleep-500us-64", 64, 500),
  SLEEP_2MS_8("sleep-2ms-8", 8, 2_000),
  SLEEP_2MS_64("sleep-2ms-64", 64, 2_000),
  SLEEP_2MS_512("sleep-2ms-512", 512, 2_000),
  SLEEP_10MS_64("sleep-10ms-64", 64, 10_000),
  SLEEP_10MS_512("sleep-10ms-512", 512, 10_000),
  SLEEP_100MS_512("sleep-100ms-512", 512, 100_000),
  COMPUTE_64("compute-50us-64", Kind.COMPUTE, 64, Metric.CALLS, Metric.CPU),
  PACED_200US("paced-200us", Kind.PACED, 200, Metric.P50, Metric.P99, Metric.CPU),
  PACED_1MS("paced-1ms", Kind.PACED, 1_000, Metric.P50, Metric.P99, Metric.CPU),
  PACED_5MS("paced-5ms", Kind.PACED, 5_000, Metric.P50, Metric.P99, Metric.CPU),
  BUSY_1("busy-1", Setting.BUSY, Kind.BLOCKING, 1, Metric.P50, Metric.P99, Metric.CPU),
  BUSY_64("busy-64", Setting.BUSY, Kind.CALLS, 64, Metric.CALLS, Metric.CPU),
  ONE_CPU_1("one-cpu-1", Setting.ONE_CPU, Kind.BLOCKING, 1, Metric.P50, Metric.P99, Metric.CPU),
  ONE_CPU_64("one-cpu-64", Setting.ONE_CPU, Kind.CALLS, 64, Metric.CALLS, Metric.CPU),
  QUOTA_100_1(
      "quota-100-1", Setting.QUOTA_100, Kind.BLOCKING, 1, Metric.P50, Metric.P99, Metric.CPU),
  QUOTA_100_64("quota-100-64", Setting.QUOTA_100, Kind.CALLS, 64, Metric.CALLS, Metric.CPU),
  QUOTA_50_1("quota-50-1", Setting.QUOTA_50, Kind.BLOCKING, 1, Metric.P50, Metric.P99, Metric.CPU),
  QUOTA_50_64("quota-50-64", Setting.QUOTA_50, Kind.CALLS, 64, Metric.CALLS, Metric.CPU),
  SERVER_STREAM_32("server-stream-32", Kind.DOWNLOAD, 32, Metric.MESSAGES),
  CLIENT_STREAM_32("client-stream-32", Kind.UPLOAD, 32, Metric.MESSAGES),
  ITERATOR_32("iterator-32", Kind.ITERATOR, 32, Metric.MESSAGES),
  ITERATOR_V2_32("iterator-v2-32", Kind.ITERATOR_V2, 32, Metric.MESSAGES),
  SERVER_STREAM_64K("server-stream-64k", Kind.DOWNLOAD, 64 << 10, Metric.BYTES),
  CLIENT_STREAM_64K("client-stream-64k", Kind.UPLOAD, 64 << 10, Metric.BYTES),
  SERVER_STREAM_4M("server-stream-4m", Kind.DOWNLOAD, 4 << 20, Metric.BYTES),
  CLIENT_STREAM_4M("client-stream-4m", Kind.UPLOAD, 4 << 20, Metric.BYTES),
  BULK_SAME("bulk-same", Kind.BESIDE_BULK, 1, Metric.P50, Metric.P99, Metric.BULK),
  BULK_OTHER("bulk-other", Kind.BESIDE_BULK, 2, Metric.P50, Metric.P99, Metric.BULK),
  PING_PONG("ping-pong", Kind.PING_PONG, 1, Metric.P50, Metric.P99),
  CONNECT("connect", Kind.CONNECT, 1, Metric.P50, Metric.P99),
  COLD("cold", Kind.COLD, 1, Metric.FIRST_CALL, Metric.SINCE_START),
  IDLE_1000("idle-1000", Kind.IDLE, 1000, Metric.RSS, Metric.THREADS),
  JARS("jars", Kind.JARS, 1, Metric.JARS, Metric.OWN_JARS);

  /** The ways to measure. */
  enum Kind {
    /** A blocking call after the other, default executors. */
    BLOCKING,
    /** A number of calls in flight, default executors. */
    CALLS,
    /** A number of calls in flight, direct executors on both sides. */
    DIRECT_CALLS,
    /** A number of calls in flight as futures. */
    FUTURES,
    /** A number of threads, each with a blocking call after the other. */
    THREADS,
    /** The same with virtual threads. */
    VIRTUAL_THREADS,
    /** A number of calls in flight whose handlers sleep. */
    SLEEP,
    /** A number of calls in flight whose handlers use a processor for 50 us. */
    COMPUTE,
    /** A blocking call every so many microseconds. */
    PACED,
    /** A stream of messages from the server. */
    DOWNLOAD,
    /** A stream of messages to the server. */
    UPLOAD,
    /** A stream of messages from the server, read by a blocking iterator. */
    ITERATOR,
    /** The same by the blocking stub that came later. */
    ITERATOR_V2,
    /** A blocking call after the other beside a stream of large messages. */
    BESIDE_BULK,
    /** Messages to and fro on one stream. */
    PING_PONG,
    /** A new channel for each call. */
    CONNECT,
    /** A new JVM for each call. */
    COLD,
    /** Connections that do nothing, in JVMs of their own. */
    IDLE,
    /** The size of what is to be shipped. */
    JARS;

    /** Whether a client that is up and warm does it, on a command. */
    boolean warm() {
      return compareTo(COLD) < 0;
    }
  }

  final String id;
  final Setting setting;
  final Kind kind;

  /** Calls in flight, bytes of a message, connections, or microseconds between calls. */
  final int size;

  /** For how long handlers sleep. */
  final int sleepMicros;

  @SuppressWarnings("ImmutableEnumChecker") // it cannot be modified
  final List<Metric> metrics;

  Row(String id, Kind kind, int size, Metric... metrics) {
    this(id, Setting.QUIET, kind, size, 0, metrics);
  }

  Row(String id, Setting setting, Kind kind, int size, Metric... metrics) {
    this(id, setting, kind, size, 0, metrics);
  }

  Row(String id, int calls, int sleepMicros) {
    this(id, Setting.QUIET, Kind.SLEEP, calls, sleepMicros, Metric.CALLS, Metric.CPU);
  }

  Row(String id, Setting setting, Kind kind, int size, int sleepMicros, Metric... metrics) {
    this.id = id;
    this.setting = setting;
    this.kind = kind;
    this.size = size;
    this.sleepMicros = sleepMicros;
    this.metrics = Collections.unmodifiableList(Arrays.asList(metrics));
  }

  static Row of(String id) {
    for (Row row : values()) {
      if (row.id.equals(id)) {
        return row;
      }
    }
    throw new IllegalArgumentException("no such row: " + id);
  }

  @Override
  public String toString() {
    return id;
  }
}
