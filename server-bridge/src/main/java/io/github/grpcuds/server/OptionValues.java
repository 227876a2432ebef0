package io.github.grpcuds.server;

import java.util.concurrent.TimeUnit;

/** Checks the values of options; a bad one is refused with its option's name. */
final class OptionValues {
  private static final long AS_GOOD_AS_INFINITE = TimeUnit.DAYS.toNanos(1000);

  private OptionValues() {}

  static int positive(String option, int value) {
    if (value <= 0) {
      throw new IllegalArgumentException(option + " <= 0: " + value);
    }
    return value;
  }

  static long positive(String option, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException(option + " <= 0: " + value);
    }
    return value;
  }

  static int notNegative(String option, int value) {
    if (value < 0) {
      throw new IllegalArgumentException(option + " < 0: " + value);
    }
    return value;
  }

  /** A time in nanoseconds, which may be 0. */
  static long notNegative(String option, long time, TimeUnit unit) {
    if (time < 0) {
      throw new IllegalArgumentException(option + " < 0: " + time + " " + unit);
    }
    return unit.toNanos(time);
  }

  /** A time in nanoseconds, raised to the least that makes sense. */
  static long positive(String option, long time, TimeUnit unit, long leastNanos) {
    if (time <= 0) {
      throw new IllegalArgumentException(option + " <= 0: " + time + " " + unit);
    }
    return Math.max(leastNanos, unit.toNanos(time));
  }

  /** The same, or {@link ServerConfig#OFF} from 1000 days on, as gRPC's other servers have it. */
  static long orOff(long nanos) {
    return nanos >= AS_GOOD_AS_INFINITE ? ServerConfig.OFF : nanos;
  }
}
