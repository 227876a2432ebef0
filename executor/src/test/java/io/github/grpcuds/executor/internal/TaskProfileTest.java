package io.github.grpcuds.executor.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class TaskProfileTest {
  private final TaskProfile profile = new TaskProfile();

  private void run(long micros, long waitedMicros) {
    boolean due = profile.isDue();
    profile.ran(TimeUnit.MICROSECONDS.toNanos(micros));
    if (due) {
      profile.waited(TimeUnit.MICROSECONDS.toNanos(waitedMicros));
    }
  }

  private int runsUntil(boolean blocks, long micros, long waitedMicros) {
    for (int runs = 0; runs < 1000; runs++) {
      if (profile.blocks() == blocks) {
        return runs;
      }
      run(micros, waitedMicros);
    }
    throw new AssertionError("not within 1,000 runs: " + blocks);
  }

  @Test
  void aKindThatWaitsBlocksSoon() {
    int runs = runsUntil(true, 500, 480);
    assertTrue(runs <= 8, "runs: " + runs);
  }

  /** A collection of garbage stops whoever runs. */
  @Test
  void oneLongWaitAmongShortRunsIsForgiven() {
    for (int i = 0; i < 1000; i++) {
      run(i % 200 == 0 ? 50_000 : 120, i % 200 == 0 ? 49_000 : 5);
      assertFalse(profile.blocks(), "run " + i);
    }
  }

  /** As seen where a hundred calls come to a server whose classes are not loaded yet. */
  @Test
  void longWaitsAtTheStartOfAJvmAreForgiven() {
    int[] waited = {98_622, 56_146, 0, 355_968, 479_320, 255_879, 0, 0, 0, 0, 0, 0, 320_231, 0, 0};
    for (int micros : waited) {
      run(micros + 3000, micros);
      assertFalse(profile.blocks(), "after a wait of " + micros);
    }
  }

  @Test
  void aKindOfWhichOneInFourWaitsBlocks() {
    for (int i = 0; i < 1000 && !profile.blocks(); i++) {
      run(i % 4 == 0 ? 2000 : 30, i % 4 == 0 ? 1970 : 0);
    }
    assertTrue(profile.blocks());
  }

  @Test
  void aKindThatComputesDoesNotBlock() {
    for (int i = 0; i < 1000; i++) {
      run(5000, 10);
      assertFalse(profile.blocks());
    }
  }

  @Test
  void shortRunsAreNotAsked() {
    for (int i = 0; i < 1000; i++) {
      profile.ran(TimeUnit.MICROSECONDS.toNanos(30));
      assertFalse(profile.isDue());
    }
  }

  @Test
  void oneInManyLongRunsIsAsked() {
    profile.ran(TimeUnit.MILLISECONDS.toNanos(10));
    int asked = 0;
    for (int i = 0; i < 10 * TaskProfile.SAMPLE; i++) {
      asked += profile.isDue() ? 1 : 0;
    }
    assertEquals(10, asked);
  }

  @Test
  void aKindThatBlockedOnceIsForgivenAfterSomeShortRuns() {
    profile.seenBlocked();
    assertTrue(profile.blocks());
    int runs = runsUntil(false, 10, 0);
    assertTrue(runs < 100, "runs: " + runs);
  }

  @Test
  void aKindThatComputesWhereItWaitedShares() {
    profile.seenBlocked();
    int runs = runsUntil(false, 5000, 0);
    assertTrue(runs <= 32 * TaskProfile.SAMPLE, "runs: " + runs);
  }
}
