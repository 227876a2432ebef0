package io.github.grpcuds.transport.internal.posix;

import java.util.concurrent.atomic.AtomicReference;

/** Keeps objects that native code uses by their addresses. */
public final class Reachable {
  private static final AtomicReference<Object> KEPT = new AtomicReference<>();

  private Reachable() {}

  /** Keeps an object up to here, as Reference.reachabilityFence of Java 9 does. */
  public static void keep(Object reachable) {
    KEPT.lazySet(reachable);
    KEPT.lazySet(null);
  }
}
