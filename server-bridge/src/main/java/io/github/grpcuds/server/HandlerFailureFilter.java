package io.github.grpcuds.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Bounds what gRPC logs of failed calls: a stack trace for each, so that a client whose messages
 * cannot be decoded writes hundreds of megabytes a minute.
 *
 * <p>Of each kind of failure, a few in ten seconds are logged, and the next one tells the number of
 * the others. It concerns the threads alone that deal with a call of ours: other servers of the
 * process log as before.
 */
final class HandlerFailureFilter implements Filter {
  static final int MOST_IN_A_ROW = 10;

  private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int MOST_KINDS = 1000;

  private static final String[] LOGGERS = {
    "io.grpc.internal.SerializingExecutor",
    "io.grpc.internal.SerializeReentrantCallsDirectExecutor",
    "io.grpc.internal.ServerCallImpl"
  };

  private static final List<Logger> INSTALLED = install(); // the JVM would forget loggers

  private final Filter other; // what the user has set; null if nothing
  private final LongSource clock;
  private final Map<String, Kind> kinds = new HashMap<>(); // guarded by itself

  private static final class Kind {
    long began;
    int logged; // since then
    long suppressed;
  }

  HandlerFailureFilter(Filter other, LongSource clock) {
    this.other = other;
    this.clock = clock;
  }

  /** Sees to it that it is in place; once is enough. */
  static boolean ensureInstalled() {
    return !INSTALLED.isEmpty();
  }

  private static List<Logger> install() {
    List<Logger> loggers = new ArrayList<>();
    try {
      for (String name : LOGGERS) {
        Logger logger = Logger.getLogger(name);
        logger.setFilter(new HandlerFailureFilter(logger.getFilter(), System::nanoTime));
        loggers.add(logger);
      }
    } catch (SecurityException e) {
      return loggers; // it is not for us to say what is logged
    }
    return loggers;
  }

  @Override
  public boolean isLoggable(LogRecord entry) {
    if (Trampoline.current().exchange() != null && entry.getThrown() != null) {
      long unnamed = countOrTake(kind(entry.getThrown()));
      if (unnamed < 0) {
        return false;
      }
      entry.setThrown(LogText.escape(entry.getThrown()));
      if (unnamed > 0) {
        entry.setMessage(entry.getMessage() + " (and " + unnamed + " more before)");
      }
    }
    return other == null || other.isLoggable(entry);
  }

  /** What was thrown where: the program has only so many such places. */
  private static String kind(Throwable failure) {
    StackTraceElement[] trace = failure.getStackTrace();
    String name = failure.getClass().getName();
    return trace.length == 0 ? name : name + " " + trace[0];
  }

  /** Under the lock. */
  private Kind kindOf(String name) {
    Kind kind = kinds.get(name);
    if (kind == null) {
      kind = new Kind();
      kinds.put(name, kind);
    }
    return kind;
  }

  /** How many were not logged since the last one; -1 if this one is not to be, either. */
  private long countOrTake(String name) {
    long now = clock.get();
    synchronized (kinds) {
      Kind kind = kinds.get(name);
      if (kind == null) {
        kind = kindOf(kinds.size() < MOST_KINDS ? name : "");
      }
      if (kind.logged == 0 || now - kind.began >= PERIOD_NANOS) {
        kind.began = now;
        kind.logged = 0;
      }
      if (kind.logged == MOST_IN_A_ROW) {
        kind.suppressed++;
        return -1;
      }
      kind.logged++;
      long unnamed = kind.suppressed;
      kind.suppressed = 0;
      return unnamed;
    }
  }
}
