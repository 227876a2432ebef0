package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.http2.internal.HeaderList;
import java.util.Collections;
import java.util.concurrent.TimeUnit;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HandlerFailureFilterTest {
  private static final int MOST = HandlerFailureFilter.MOST_IN_A_ROW;

  private long nanos;
  private Filter filter = new HandlerFailureFilter(null, () -> nanos);

  @BeforeEach
  void beInACall() {
    FakeWire wire = new FakeWire();
    Calls calls =
        new Calls(
            wire,
            new ServerConfig(),
            Collections.emptyList(),
            new RateLimitedLog(),
            new MessageMemory(1 << 20),
            () -> {});
    Trampoline.current().enter(new Exchange(calls, wire, null, new HeaderList(), false));
  }

  @AfterEach
  void leaveTheCall() {
    Trampoline.current().enter(null);
  }

  private static LogRecord entry(Throwable thrown) {
    LogRecord entry = new LogRecord(Level.SEVERE, "Exception while executing runnable");
    entry.setThrown(thrown);
    return entry;
  }

  private static Throwable here(Throwable failure, String place) {
    failure.setStackTrace(
        new StackTraceElement[] {new StackTraceElement("Handler", place, "Handler.java", 1)});
    return failure;
  }

  private int logged(int times, String place) {
    int logged = 0;
    for (int i = 0; i < times; i++) {
      logged += filter.isLoggable(entry(here(new RuntimeException("by a test"), place))) ? 1 : 0;
    }
    return logged;
  }

  @Test
  void fewOfAKindAreLoggedAndTheOthersCounted() {
    assertEquals(MOST, logged(1000, "decode"));
    assertEquals(MOST, logged(1000, "divide"), "another place has its own");
    nanos += TimeUnit.SECONDS.toNanos(10);
    LogRecord next = entry(here(new RuntimeException("by a test"), "decode"));
    assertTrue(filter.isLoggable(next));
    assertTrue(next.getMessage().endsWith("(and 990 more before)"), next.getMessage());
    assertEquals(MOST - 1, logged(1000, "decode"));
  }

  @Test
  void kindsAreBounded() {
    int logged = 0;
    for (int i = 0; i < 10_000; i++) {
      logged += logged(1, "place " + i);
    }
    assertTrue(logged < 2000, "logged " + logged);
  }

  @Test
  void whatAPeerSaidIsEscaped() {
    LogRecord entry = entry(new NumberFormatException("x\nforged"));
    assertTrue(filter.isLoggable(entry));
    assertEquals("java.lang.NumberFormatException: x\\u000aforged", entry.getThrown().toString());
  }

  @Test
  void otherThreadsLogAsBefore() {
    Trampoline.current().enter(null);
    assertEquals(1000, logged(1000, "decode"));
  }

  @Test
  void theUsersFilterIsAskedAsWell() {
    filter = new HandlerFailureFilter(entry -> false, () -> nanos);
    assertFalse(filter.isLoggable(entry(new RuntimeException("by a test"))));
  }
}
