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
  UDS_FFM("uds-ffm", "grpc-okhttp", "okio", "kotlin-", "grpc-uds-"),
  UDS_JNR("uds-jnr", "grpc-okhttp", "okio", "kotlin-", "grpc-uds-", "jnr-", "jffi-", "asm-"),
  INPROCESS("inprocess", "grpc-inprocess"),
  RAW("raw"),
  GRPC_GO("grpc-go"),
  TONIC("tonic"),
  KESTREL("kestrel");

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

  /** Which backend of this library it is; null if it is another library. */
  String backend() {
    switch (this) {
      case UDS_JDK:
        return "jdk";
      case UDS_FFM:
        return "ffm";
      case UDS_JNR:
        return "jnr";
      default:
        return null;
    }
  }

  boolean twoProcesses() {
    return this != INPROCESS;
  }

  /** Whether it is a program of another language. */
  boolean isForeign() {
    return this == GRPC_GO || this == TONIC || this == KESTREL;
  }

  /** What it is measured in; the floor does not know calls, the ceiling no connections. */
  boolean takesPart(Row row) {
    if (this == RAW) {
      return isForRaw(row);
    }
    if (isForeign()) {
      return ForeignPeer.takesPart(row);
    }
    return this != INPROCESS || (row.kind != Row.Kind.IDLE && row.setting == Setting.QUIET);
  }

  private static boolean isForRaw(Row row) {
    switch (row.kind) {
      case DIRECT_CALLS:
        return row.size == 1;
      case DOWNLOAD:
      case UPLOAD:
        return row.metrics.contains(Metric.BYTES);
      case PING_PONG:
      case CONNECT:
      case COLD:
        return true;
      default:
        return false;
    }
  }

  @Override
  public String toString() {
    return id;
  }
}
