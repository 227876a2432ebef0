package io.github.grpcuds.bridge;

import io.github.grpcuds.executor.internal.PrintableText;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The program's log, on standard error. Not by java.util.logging, which closes its handlers at the
 * moment when the lines of a shutdown are due.
 */
final class Log {
  private Log() {}

  static void line(String message) {
    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    // What a backend says may hold what a terminal would obey, or another line.
    System.err.println(now + " uds-bridge: " + PrintableText.escapeAll(message));
  }
}
