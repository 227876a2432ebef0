package io.github.grpcuds.transport.internal.testing;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition, and fails with what was seen instead when it does not come about. */
public final class Await {
  public static final long LIMIT_SECONDS = 10;
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private Await() {}

  public static void until(BooleanSupplier condition, Supplier<String> seen) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        fail("after " + LIMIT_SECONDS + " s: " + seen.get());
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
