package io.github.grpcuds.executor.internal;

import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A log whose failure ends nothing: out of descriptors or memory, a handler may be in want of just
 * what the server is.
 *
 * <p>What is logged after an error that may be one of memory is a {@link Line}, made beforehand: a
 * string constant is made when it is first used, and for that there may be no memory then.
 *
 * <p>An object, made with its owner, because a class that is first needed in a shortage of
 * descriptors may not load, and then never will.
 *
 * <p>Internal to grpc-uds: may change in any version.
 */
public final class SafeLog {
  private final Logger logger;

  public SafeLog(Class<?> owner) {
    logger = Logger.getLogger(owner.getName());
  }

  /** False if it could not be logged. */
  public boolean log(Level level, String message, Throwable cause) {
    try {
      logger.log(level, message, cause);
      return true;
    } catch (RuntimeException | Error e) {
      return false;
    }
  }

  /** A line to be logged some time. */
  public Line line(Level level, String message) {
    return new Line(this, level, message);
  }

  /** A line that needs no memory until it is logged. */
  public static final class Line {
    private final SafeLog log;
    private final Level level;
    private final String message;

    private Line(SafeLog log, Level level, String message) {
      this.log = log;
      this.level = level;
      this.message = message;
    }

    /** Never throws; false if it could not be logged. */
    public boolean log(Throwable cause) {
      return log.log(level, message, cause);
    }
  }
}
