package io.github.grpcuds.http2.internal;

/** What Jazzer calls for frames; see the script {@code http2/fuzz}. */
public final class FramesFuzzTarget {
  private FramesFuzzTarget() {}

  public static void fuzzerTestOneInput(byte[] data) {
    Http2Fuzz.receive(data);
  }
}
