package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** And what is made of alarms: keepalive and the limit of idleness. */
class RestartableTimerTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final ManualScheduler scheduler = new ManualScheduler();
  private final List<String> events = new ArrayList<>();
  private final RestartableTimer alarm = new RestartableTimer(scheduler);
  private long silence; // of the peer, or of calls
  private boolean answers;

  @AfterEach
  void endScheduler() {
    scheduler.shutdownNow();
  }

  @Test
  void aReplacedTaskDoesNotRunEvenIfItsTimeHasCome() {
    alarm.set(() -> events.add("first"), SECOND);
    alarm.set(() -> events.add("second"), SECOND);
    scheduler.tasks.get(0).run();
    scheduler.tasks.get(1).run();
    scheduler.tasks.get(1).run();
    assertEquals(Arrays.asList("second"), events);
  }

  @Test
  void nothingRunsOnceStopped() {
    alarm.set(() -> events.add("first"), SECOND);
    alarm.stop();
    alarm.set(() -> events.add("second"), SECOND);
    assertEquals(1, scheduler.tasks.size());
    scheduler.runLast();
    assertEquals(Arrays.asList(), events);
  }

  @Test
  void aTaskMaySetTheNext() {
    alarm.set(() -> alarm.set(() -> events.add("second"), SECOND), SECOND);
    scheduler.runLast();
    scheduler.runLast();
    assertEquals(Arrays.asList("second"), events);
  }

  @Test
  void failuresOfATaskAndOfTheSchedulerAreNobodysElse() {
    alarm.set(
        () -> {
          throw new IllegalStateException("by a test");
        },
        SECOND);
    scheduler.runLast();
    scheduler.refuses = true;
    alarm.set(() -> events.add("refused"), SECOND);
    assertEquals(Arrays.asList(), events);
  }

  private KeepAlive keepAlive() {
    return new KeepAlive(
        new KeepAlive.Peer() {
          @Override
          public long lastReadNanos() {
            return System.nanoTime() - silence;
          }

          @Override
          public void ping() {
            events.add("ping");
            if (answers) {
              silence = 0;
            }
          }

          @Override
          public void giveUp() {
            events.add("give up");
          }
        },
        scheduler,
        100 * SECOND,
        10 * SECOND);
  }

  @Test
  void aSilentPeerIsPingedAndGivenUp() {
    keepAlive().start();
    assertEquals(100 * SECOND, scheduler.lastDelay());
    silence = 101 * SECOND;
    scheduler.runLast();
    assertEquals(10 * SECOND, scheduler.lastDelay());
    scheduler.runLast();
    assertEquals(Arrays.asList("ping", "give up"), events);
  }

  @Test
  void aPeerThatAnswersIsLeftAlone() {
    keepAlive().start();
    silence = 101 * SECOND;
    answers = true;
    scheduler.runLast();
    scheduler.runLast();
    assertEquals(Arrays.asList("ping"), events);
    assertEquals(100, scheduler.lastDelay() / (double) SECOND, 1);
  }

  @Test
  void aPeerThatSpeaksIsNotPinged() {
    keepAlive().start();
    silence = 30 * SECOND;
    scheduler.runLast();
    assertEquals(Arrays.asList(), events);
    assertEquals(70, scheduler.lastDelay() / (double) SECOND, 1);
  }

  @Test
  void idlenessCountsFromTheLastCall() {
    IdleLimit limit =
        new IdleLimit(() -> silence, () -> events.add("end"), scheduler, 100 * SECOND);
    limit.start();
    silence = 40 * SECOND;
    scheduler.runLast();
    assertEquals(60 * SECOND, scheduler.lastDelay());
    silence = 0;
    scheduler.runLast();
    assertEquals(100 * SECOND, scheduler.lastDelay());
    silence = 100 * SECOND;
    scheduler.runLast();
    assertEquals(Arrays.asList("end"), events);
  }
}
