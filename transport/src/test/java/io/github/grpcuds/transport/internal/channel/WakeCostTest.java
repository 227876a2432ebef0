package io.github.grpcuds.transport.internal.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

final class WakeCostTest {
  @Test
  void isMeasuredOnceSomebodyAsks() {
    if (Runtime.getRuntime().availableProcessors() == 1) {
      assertEquals(0, WakeCost.nanos(System.nanoTime()));
      return;
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    long cost;
    while ((cost = WakeCost.nanos(System.nanoTime())) == 0) {
      assertTrue(System.nanoTime() < end, "not measured in 20 s");
      LockSupport.parkNanos(100_000);
    }
    assertTrue(cost > 500 && cost < TimeUnit.SECONDS.toNanos(1), "nanoseconds: " + cost);
  }
}
