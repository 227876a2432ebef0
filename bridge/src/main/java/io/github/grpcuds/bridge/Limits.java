package io.github.grpcuds.bridge;

/** What holds unless an argument says otherwise; in bytes. gRPC's own defaults. */
final class Limits {
  static final int MESSAGE = 4 * 1024 * 1024;
  static final int METADATA = 8192;

  private Limits() {}
}
