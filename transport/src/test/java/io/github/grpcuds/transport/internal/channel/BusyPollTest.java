package io.github.grpcuds.transport.internal.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class BusyPollTest {
  private static final String PROPERTY = "grpcuds.busyPollMicros";

  /** So long that every wait of these tests is short. */
  private final BusyPoll poll = new BusyPoll(TimeUnit.DAYS.toNanos(1));

  private void sleepInVain() {
    assertTrue(poll.begin());
    poll.slept();
  }

  /** The number of waits without looks. */
  private int skipped() {
    int skipped = 0;
    while (!poll.begin()) {
      poll.slept();
      skipped++;
    }
    return skipped;
  }

  @Test
  void looksUntilTheTimeHasPassed() {
    assertTrue(poll.begin());
    assertTrue(poll.goesOn());
    BusyPoll brief = new BusyPoll(1);
    assertTrue(brief.begin());
    assertFalse(brief.goesOn());
  }

  @Test
  void zeroNeverLooks() {
    BusyPoll never = new BusyPoll(0);
    assertFalse(never.begin());
    never.slept();
    assertFalse(never.begin());
  }

  @Test
  void looksInVainAreFollowedByMoreAndMoreWaitsWithout() {
    for (int expected : new int[] {1, 2, 4, 8, 16, 32, 64, 64}) {
      sleepInVain();
      assertEquals(expected, skipped());
    }
  }

  @Test
  void whatIsFoundMakesUpForIt() {
    sleepInVain();
    skipped();
    sleepInVain();
    assertEquals(2, skipped());
    poll.found();
    sleepInVain();
    assertEquals(1, skipped());
  }

  /** Else each call of a client that seldom calls would be followed by one look in vain. */
  @Test
  void longWaitsDoNotLeadToLooksAgain() {
    BusyPoll brief = new BusyPoll(1);
    assertTrue(brief.begin());
    brief.slept();
    for (int i = 0; i < 100; i++) {
      assertFalse(brief.begin());
      brief.slept();
    }
  }

  @Test
  void sleepsAfterMuchInput() {
    poll.received(150);
    poll.received(150);
    assertFalse(poll.begin());
    poll.slept();
    poll.received(150);
    assertTrue(poll.begin());
  }

  @Test
  void adaptiveDoesNotLookBeforeItHasSeenWaits() {
    BusyPoll adaptive = new BusyPoll(BusyPoll.ADAPTIVE);
    for (int i = 0; i < AdaptivePolicy.WINDOW; i++) {
      assertFalse(adaptive.begin());
      adaptive.slept();
    }
  }

  @Test
  void isAdaptiveByDefault() {
    assertEquals(BusyPoll.ADAPTIVE, BusyPoll.defaultNanos());
  }

  @Test
  void propertySetsTheTime() {
    System.setProperty(PROPERTY, "7");
    try {
      assertEquals(7000, BusyPoll.defaultNanos());
      System.setProperty(PROPERTY, "-1");
      String message =
          assertThrows(IllegalArgumentException.class, BusyPoll::defaultNanos).getMessage();
      assertEquals("system property " + PROPERTY + " not in 0..1000: -1", message);
    } finally {
      System.clearProperty(PROPERTY);
    }
  }
}
