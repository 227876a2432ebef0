package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class EventLoopTest {
  private final FakePoller poller = new FakePoller();
  private final List<String> events = new ArrayList<>();
  private final EventLoop loop =
      new EventLoop(poller, new InputChunks(0), 0, () -> events.add("done"), null);

  /** Another test may have thrown what lets go of it. */
  @BeforeEach
  void holdReserve() {
    while (!MemoryReserve.SHARED.isHeld()) {
      MemoryReserve.SHARED.takeBack();
    }
  }

  @Test
  void goesOnAfterATaskThatThrows() {
    loop.execute(
        () -> {
          throw new OutOfMemoryError("by a test");
        });
    loop.execute(() -> events.add("next"));
    loop.turn();
    loop.turn();
    assertEquals(Arrays.asList("next"), events);
  }

  /** A connection that writes on and on must not keep the loop to itself. */
  @Test
  void tasksThatTasksAddWaitForTheSockets() {
    poller.onPoll = () -> events.add("sockets");
    loop.execute(
        () -> {
          events.add("first");
          loop.execute(() -> events.add("second"));
        });
    loop.turn();
    loop.turn();
    assertEquals(Arrays.asList("first", "sockets", "second", "sockets"), events);
  }

  @Test
  void timersRunInTheOrderOfTheirTimes() {
    long start = System.nanoTime();
    loop.schedule(() -> events.add("later"), 300); // a busy machine may pause between these two
    loop.schedule(() -> events.add("sooner"), 10);
    while (events.size() < 2) {
      loop.turn();
    }
    assertEquals(Arrays.asList("sooner", "later"), events);
    assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(295), "too early");
  }

  @Test
  void interruptOfOneHandlerIsNotTheNextOnes() {
    poller.onPoll = () -> Thread.currentThread().interrupt();
    loop.turn();
    assertFalse(Thread.currentThread().isInterrupted());
  }

  @Test
  void looksBeforeItSleeps() {
    EventLoop busy =
        new EventLoop(poller, new InputChunks(0), TimeUnit.DAYS.toNanos(1), () -> {}, null);
    poller.onPoll =
        () -> {
          if (poller.timeouts.size() == 3) {
            busy.execute(() -> events.add("task"));
          }
        };
    busy.turn();
    assertEquals(Arrays.asList(0L, 0L, 0L), poller.timeouts);
    poller.onPoll = busy::close;
    busy.run();
    assertEquals(Arrays.asList("task"), events);
  }

  @Test
  void timersDoNotWaitUntilItHasLookedLongEnough() {
    EventLoop busy =
        new EventLoop(poller, new InputChunks(0), TimeUnit.DAYS.toNanos(1), () -> {}, null);
    busy.schedule(() -> events.add("timer"), 1);
    busy.turn();
    assertEquals(Arrays.asList("timer"), events);
  }

  @Test
  void sleepsWhenItHasLookedLongEnough() {
    new EventLoop(poller, new InputChunks(0), 1, () -> {}, null).turn();
    assertEquals(Arrays.asList(0L, -1L), poller.timeouts);
  }

  /** Nothing else may come, such as to a server that stopped accepting because it was full. */
  @Test
  void attemptThatComesWhileItLooksIsNotSleptOver() {
    EventLoop busy = new EventLoop(poller, new InputChunks(0), 1, () -> {}, null);
    Retries.Attempt attempt =
        new Retries.Attempt() {
          @Override
          void attempt() {
            events.add("attempt");
          }
        };
    poller.onPoll =
        () -> {
          if (poller.timeouts.size() == 1) {
            busy.retry(attempt);
          }
        };
    busy.turn();
    assertFalse(poller.timeouts.contains(-1L), () -> "waits of " + poller.timeouts);
    busy.turn();
    assertEquals(Arrays.asList("attempt"), events);
  }

  @Test
  void sleepsAtOnceIfToldTo() {
    loop.turn();
    assertEquals(Arrays.asList(-1L), poller.timeouts);
  }

  @Test
  void endsWhenClosedAndGivesThePollerBack() {
    loop.execute(loop::close);
    loop.execute(() -> events.add("runs"));
    loop.run();
    assertTrue(poller.closed);
    assertFalse(loop.isRunning());
    assertEquals(Arrays.asList("runs", "done"), events);
  }
}
