package io.github.grpcuds.executor.internal;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.executor.internal.ThreadFacts.Doing;
import org.junit.jupiter.api.Test;

class BlockedThreadDetectorTest {
  private final BlockedThreadDetector look = new BlockedThreadDetector();

  private boolean waiting(int phase, long cpuNanos) {
    return look.isBlocked(phase, Doing.WAITS, cpuNanos);
  }

  private boolean inNative(int phase, long cpuNanos) {
    return look.isBlocked(phase, Doing.NATIVE, cpuNanos);
  }

  private boolean running(int phase, long cpuNanos) {
    return look.isBlocked(phase, Doing.RUNS, cpuNanos);
  }

  @Test
  void waitingTwiceIsBlocked() {
    assertFalse(waiting(1, 0));
    assertTrue(waiting(1, 0));
  }

  @Test
  void waitingInManyShortTasksIsBlocked() {
    assertFalse(waiting(1, 0));
    assertTrue(waiting(3, BlockedThreadDetector.BUSY_NANOS - 1));
  }

  @Test
  void waitingForALockBetweenWorkIsNotBlocked() {
    for (int i = 0; i < 100; i++) {
      assertFalse(waiting(task(i), i * BlockedThreadDetector.BUSY_NANOS));
    }
  }

  @Test
  void waitingAtOneLookOfTwoIsNotBlocked() {
    for (int i = 0; i < 100; i++) {
      assertFalse(waiting(task(i), 0));
      assertFalse(running(task(i), 0));
    }
  }

  @Test
  void betweenTasksNoneIsBlocked() {
    assertFalse(waiting(1, 0));
    assertFalse(look.isBlocked(Thread.currentThread(), 0));
    assertFalse(waiting(1, 0));
  }

  @Test
  void aSystemCallThatBlocksIsSeenAfterSomeLooks() {
    for (int i = 0; i < BlockedThreadDetector.NATIVE_LOOKS; i++) {
      assertFalse(inNative(1, 7));
    }
    assertTrue(inNative(1, 7));
    assertFalse(inNative(1, 7 + BlockedThreadDetector.BUSY_NANOS));
  }

  @Test
  void aLockThatARunningThreadHasIsWaitedForLonger() {
    for (int i = 0; i < BlockedThreadDetector.CONTENDED_LOOKS; i++) {
      assertFalse(look.isBlocked(1 + 2 * (i / 5), Doing.CONTENDS, 7));
    }
    assertTrue(look.isBlocked(99, Doing.CONTENDS, 7));
  }

  @Test
  void aThreadThatGetsNoProcessorIsNotBlocked() {
    for (int i = 0; i < 100; i++) {
      assertFalse(running(task(i), 0));
    }
  }

  @Test
  void aTaskWithoutEndIsALongOneAfterManyLooks() {
    for (int i = 0; i < BlockedThreadDetector.LONG_LOOKS; i++) {
      assertFalse(running(1, i * CallMonitor.INTERVAL_NANOS));
      assertFalse(look.isAtLongTask());
    }
    assertFalse(running(1, BlockedThreadDetector.LONG_LOOKS * CallMonitor.INTERVAL_NANOS));
    assertTrue(look.isAtLongTask());
    assertFalse(running(3, BlockedThreadDetector.LONG_LOOKS * CallMonitor.INTERVAL_NANOS));
    assertFalse(look.isAtLongTask());
  }

  /** Another task now and then. */
  private static int task(int look) {
    return 1 + 2 * (look / 5);
  }

  @Test
  void withoutProcessorTimesWaitingInOneTaskIsBlocked() {
    assertFalse(waiting(1, ThreadFacts.UNKNOWN));
    assertFalse(waiting(3, ThreadFacts.UNKNOWN));
    assertTrue(waiting(3, ThreadFacts.UNKNOWN));
  }

  @Test
  void withoutProcessorTimesAFloodOfTasksIsNotBlocked() {
    for (int i = 0; i < 100; i++) {
      assertFalse(waiting(2 * i + 1, ThreadFacts.UNKNOWN));
    }
  }
}
