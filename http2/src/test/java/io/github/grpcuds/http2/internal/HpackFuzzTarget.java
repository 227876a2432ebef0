package io.github.grpcuds.http2.internal;

/** What Jazzer calls for header blocks; see the script {@code http2/fuzz}. */
public final class HpackFuzzTarget {
  private HpackFuzzTarget() {}

  public static void fuzzerTestOneInput(byte[] data) {
    HpackFuzz.decode(data);
  }
}
