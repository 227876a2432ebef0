package io.github.grpcuds.executor.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class BurstTest {
  private final Burst burst = new Burst();
  private long now = 1_000_000;

  /**
   * The number of messages, so many nanoseconds apart, before the first of a burst; 100 at most.
   */
  private int before(long gapNanos) {
    int count = 0;
    while (count < 100 && !next(gapNanos)) {
      count++;
    }
    return count;
  }

  private boolean next(long gapNanos) {
    now += gapNanos;
    return burst.next(now);
  }

  @Test
  void beginsAfterSomeMessagesInARow() {
    next(1_000_000);
    assertEquals(7, before(1000));
  }

  @Test
  void neverBeginsWithPausesBetween() {
    assertEquals(100, before(5000));
    assertEquals(100, before(20_000));
  }

  @Test
  void outlastsAPauseAndEndsWithSome() {
    for (int i = 0; i < 1000; i++) {
      next(1000);
    }
    int ofTheBurst = 0;
    while (next(20_000)) {
      ofTheBurst++;
    }
    assertEquals(3, ofTheBurst);
    next(1_000_000);
    next(1_000_000);
    next(1_000_000);
    assertEquals(7, before(1000));
  }
}
