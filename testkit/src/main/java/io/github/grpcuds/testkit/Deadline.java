package io.github.grpcuds.testkit;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A point in time at which a test gives up waiting. A limit is there to end a test that hangs, not
 * to measure speed: it is long, so that a busy machine does not reach it.
 */
public final class Deadline {
  /** How long a test waits for anything, unless it says otherwise. */
  public static final long SECONDS = 60;

  private final long limitNanos;
  private final long end;

  private Deadline(long limitNanos) {
    this.limitNanos = limitNanos;
    end = System.nanoTime() + limitNanos;
  }

  /** The usual limit, from now on. */
  public static Deadline start() {
    return after(SECONDS, TimeUnit.SECONDS);
  }

  public static Deadline after(long time, TimeUnit unit) {
    return new Deadline(unit.toNanos(time));
  }

  public boolean isPast() {
    return leftNanos() <= 0;
  }

  /** Zero or less: it is past. */
  public long leftNanos() {
    return end - System.nanoTime();
  }

  /** At least 1, as 0 means "for ever" to {@code Object.wait} and the like. */
  public long leftMillis() {
    return Math.max(1, TimeUnit.NANOSECONDS.toMillis(leftNanos()));
  }

  /** Fails with what was seen if it is past. */
  public void check(Supplier<String> seen) {
    if (isPast()) {
      fail("after " + limitNanos / 1e9 + " s: " + seen.get());
    }
  }
}
