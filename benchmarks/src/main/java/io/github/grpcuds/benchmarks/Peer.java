package io.github.grpcuds.benchmarks;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** A transport that takes part in the comparison. */
enum Peer {
  NETTY_UDS("netty-uds", "grpc-netty", "netty-"),
  NETTY_TCP("netty-tcp", "grpc-netty", "netty-"),
  OKHTTP_TCP("okhttp-tcp", "grpc-okhttp", "okio", "kotlin-"),
  UDS_JDK("uds-jdk", "grpc-okhttp", "okio", "kotlin-", "grpc-uds-"),
  UDS_JNR("uds-jnr", "grpc-okhttp", "okio", "kotlin-", "grpc-uds-", "jnr-", "jffi-", "asm-"),
  INPROCESS("inprocess", "grpc-inprocess"),
  RAW("raw");

  final String id;

  /** How the names of the jars begin that it needs beside those that gRPC always needs. */
  @SuppressWarnings("ImmutableEnumChecker") // it cannot be modified
  final List<String> jars;

  Peer(String id, String... jars) {
    this.id = id;
    this.jars = Collections.unmodifiableList(Arrays.asList(jars));
  }

  static Peer of(String id) {
    for (Peer peer : values()) {
      if (peer.id.equals(id)) {
        return peer;
      }
    }
    throw new IllegalArgumentException("no such transport: " + id);
  }

  boolean twoProcesses() {
    return this != INPROCESS;
  }

  /** What it is measured in; the floor does not know calls, the ceiling no connections. */
  boolean takesPart(Row row) {
    switch (row.kind) {
      case BLOCKING:
      case CALLS:
      case JARS:
        return this != RAW;
      case DIRECT_CALLS:
        return this != RAW || row.size == 1;
      case DOWNLOAD:
      case UPLOAD:
        return this != RAW || row.metrics.contains(Metric.BYTES);
      case IDLE:
        return this != RAW && this != INPROCESS;
      default:
        return true;
    }
  }

  @Override
  public String toString() {
    return id;
  }
}
