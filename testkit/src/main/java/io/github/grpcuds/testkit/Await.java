package io.github.grpcuds.testkit;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for a condition, and fails with what was seen instead when it does not come about. */
public final class Await {
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private Await() {}

  /** A condition whose check may throw, which fails the test. */
  public interface Condition {
    boolean holds() throws Exception;
  }

  public static void until(Condition condition, Supplier<String> seen) {
    until(Deadline.start(), condition, seen);
  }

  public static void until(Deadline deadline, Condition condition, Supplier<String> seen) {
    while (!holds(condition)) {
      deadline.check(seen);
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private static boolean holds(Condition condition) {
    try {
      return condition.holds();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
