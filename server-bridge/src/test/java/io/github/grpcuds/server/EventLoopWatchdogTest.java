package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Await;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Filter;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventLoopWatchdogTest {
  private final EventLoopWatchdog watchdog = new EventLoopWatchdog();
  private final AtomicInteger lines = new AtomicInteger();
  private final Logger logger = Logger.getLogger(EventLoopWatchdog.class.getName());
  private final Filter count = entry -> lines.incrementAndGet() < 0;
  private boolean shortage;

  @BeforeEach
  void listen() {
    logger.setFilter(count);
    watchdog.add(() -> false); // a loop that nothing keeps
    watchdog.add(this::needsAThread);
    watchdog.add(() -> false);
  }

  @AfterEach
  void stopListening() {
    logger.setFilter(null);
  }

  private boolean needsAThread() {
    if (shortage) {
      throw new OutOfMemoryError("unable to create native thread: by a test");
    }
    return false;
  }

  /** Dead, it would not notice a handler that keeps an I/O thread. */
  @Test
  void outlivesErrorsOfAllKinds() {
    AtomicInteger looks = new AtomicInteger();
    watchdog.add(
        () -> {
          int number = looks.incrementAndGet();
          if (number == 1) {
            throw new OutOfMemoryError("by a test");
          } else if (number == 2) {
            throw new StackOverflowError("by a test");
          } else if (number == 3) {
            throw new IllegalStateException("by a test");
          }
          return true;
        });
    watchdog.start("test watchdog");
    try {
      Await.until(() -> looks.get() > 5, () -> looks + " looks");
      assertTrue(watchdog.isAlive());
    } finally {
      watchdog.stop();
    }
  }

  @Test
  void threadThatCannotBeStartedIsTriedLessAndLessOften() {
    assertFalse(watchdog.look());
    long interval = watchdog.pauseNanos();
    shortage = true;
    long waited = 0;
    for (int i = 0; i < 20; i++) {
      assertTrue(watchdog.look(), "a loop is kept");
      waited += watchdog.pauseNanos();
    }
    assertTrue(waited > TimeUnit.SECONDS.toNanos(2), "20 attempts within " + waited + " ns");
    assertTrue(watchdog.pauseNanos() < TimeUnit.SECONDS.toNanos(1), "waits too long");
    assertEquals(1, lines.get(), "lines of log");
    shortage = false;
    assertFalse(watchdog.look());
    assertEquals(interval, watchdog.pauseNanos());
  }
}
