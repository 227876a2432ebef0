package io.github.grpcuds.server;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Names peers that broke the rules in the log, and what went wrong with their calls: of each kind
 * one in ten seconds, with the number of those not named.
 */
final class RateLimitedLog {
  /** Whose name the lines of the log bear. */
  static final Logger logger = Logger.getLogger(RateLimitedLog.class.getName());

  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final LongSource clock;
  private final Map<Object, Kind> kinds = new HashMap<>(); // guarded by itself

  RateLimitedLog() {
    this(System::nanoTime);
  }

  RateLimitedLog(LongSource clock) {
    this.clock = clock;
  }

  private static final class Kind {
    long lastLog;
    long suppressed;
  }

  /**
   * Logs, unless one of the kind was logged just now, with what a peer may have said in it escaped.
   * Never throws.
   *
   * @param kind of a small number of kinds
   */
  void report(Object kind, String message) {
    report(kind, Level.WARNING, message, null);
  }

  /** As {@link #report(Object, String)}, with what caused it. */
  void report(Object kind, Level level, String message, Throwable cause) {
    long unnamed = 0;
    boolean counted = false;
    try {
      unnamed = countOrTake(kind);
      counted = true;
      if (unnamed < 0) {
        return;
      }
      logger.log(
          level,
          LogText.escape(message)
              + (unnamed == 0 ? "" : " (and " + unnamed + " more since the last such line)"),
          LogText.escape(cause));
    } catch (RuntimeException | Error shortage) {
      // A handler may be in want of descriptors or memory: the connection's end must go on.
      if (counted) {
        giveBack(kind, unnamed);
      }
    }
  }

  /** How many were not logged since the last one; -1 if this one is not to be, either. */
  private long countOrTake(Object kind) {
    long now = clock.get();
    synchronized (kinds) {
      Kind known = kinds.get(kind);
      if (known == null) {
        known = new Kind();
        kinds.put(kind, known);
      } else if (now - known.lastLog < PAUSE_NANOS) {
        known.suppressed++;
        return -1;
      }
      known.lastLog = now;
      long unnamed = known.suppressed;
      known.suppressed = 0;
      return unnamed;
    }
  }

  private void giveBack(Object kind, long unnamed) {
    synchronized (kinds) {
      Kind known = kinds.get(kind);
      known.suppressed += unnamed + 1;
      known.lastLog -= PAUSE_NANOS;
    }
  }
}
