package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RateLimitedLogTest {
  private final List<String> logged = new ArrayList<>();
  private RuntimeException failure;
  private long nanos;
  private final RateLimitedLog offenders = new RateLimitedLog(() -> nanos);

  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          if (failure != null) {
            throw failure;
          }
          logged.add(entry.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    RateLimitedLog.logger.setUseParentHandlers(false);
    RateLimitedLog.logger.addHandler(handler);
  }

  @AfterEach
  void stopListening() {
    RateLimitedLog.logger.removeHandler(handler);
    RateLimitedLog.logger.setUseParentHandlers(true);
  }

  @Test
  void oneOfAKindIsNamedInTenSeconds() {
    offenders.report("a", "first");
    offenders.report("a", "second");
    offenders.report("b", "other");
    nanos += TimeUnit.SECONDS.toNanos(9);
    offenders.report("a", "third");
    nanos += TimeUnit.SECONDS.toNanos(1);
    offenders.report("a", "fourth");
    offenders.report("b", "another");
    assertEquals(
        Arrays.asList("first", "other", "fourth (and 2 more since the last such line)", "another"),
        logged);
  }

  @Test
  void logThatFailsHarmsNobodyAndIsTriedAgain() {
    failure = new IllegalStateException("no descriptors");
    offenders.report("a", "first");
    failure = null;
    offenders.report("a", "second");
    assertEquals(Arrays.asList("second (and 1 more since the last such line)"), logged);
  }
}
