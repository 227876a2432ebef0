package io.github.grpcuds.executor.internal;

import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A log whose failure ends nothing: out of descriptors or memory, a handler may be in want of just
 * what the server is.
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
}
