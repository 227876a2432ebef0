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
  SERVER_STREAM_32("server-stream-32", Kind.DOWNLOAD, 32, Metric.MESSAGES),
  CLIENT_STREAM_32("client-stream-32", Kind.UPLOAD, 32, Metric.MESSAGES),
  SERVER_STREAM_64K("server-stream-64k", Kind.DOWNLOAD, 64 << 10, Metric.BYTES),
  CLIENT_STREAM_64K("client-stream-64k", Kind.UPLOAD, 64 << 10, Metric.BYTES),
  SERVER_STREAM_4M("server-stream-4m", Kind.DOWNLOAD, 4 << 20, Metric.BYTES),
  CLIENT_STREAM_4M("client-stream-4m", Kind.UPLOAD, 4 << 20, Metric.BYTES),
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
    /** A stream of messages from the server. */
    DOWNLOAD,
    /** A stream of messages to the server. */
    UPLOAD,
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
  final Kind kind;

  /** Calls in flight, bytes of a message, or connections. */
  final int size;

  @SuppressWarnings("ImmutableEnumChecker") // it cannot be modified
  final List<Metric> metrics;

  Row(String id, Kind kind, int size, Metric... metrics) {
    this.id = id;
    this.kind = kind;
    this.size = size;
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
