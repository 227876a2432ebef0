package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class InlineCallsTest {
  private static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final List<String> events = new CopyOnWriteArrayList<>();
  private final EventLoopWatchdog monitor =
      new EventLoopWatchdog(); // of no loop: the test looks itself
  private final AtomicInteger handedOn = new AtomicInteger();
  private final Executor others =
      task -> {
        handedOn.incrementAndGet();
        task.run();
      };
  private final InlineCalls calls = new InlineCalls(others, monitor);

  @BeforeEach
  void startMonitor() {
    monitor.start("test monitor");
  }

  @AfterEach
  void stopMonitor() {
    monitor.stop();
  }

  /** A thread as a loop has it. */
  private static LoopThread start(Runnable body) {
    LoopThread thread = new LoopThread(null, body, "test loop", null);
    thread.start();
    return thread;
  }

  private static void inLoop(Runnable body) throws InterruptedException {
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    LoopThread thread = new LoopThread(null, body, "test loop", null);
    thread.setUncaughtExceptionHandler((t, e) -> failures.add(e));
    thread.start();
    thread.join();
    assertEquals(Collections.emptyList(), failures);
  }

  private Runnable event(String name) {
    return () -> events.add(name);
  }

  private static void spend(long nanos) {
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() < end) {
      Math.random(); // works
    }
  }

  @Test
  void shortTasksRunInOrderInTheLoopsThread() throws Exception {
    inLoop(
        () -> {
          assertTrue(calls.offer(event("first"), others));
          assertTrue(calls.offer(event("second"), others));
          assertFalse(calls.isEmpty());
          assertTrue(calls.run());
          assertTrue(calls.isEmpty());
        });
    assertEquals(Arrays.asList("first", "second"), events);
  }

  @Test
  void tasksOfAnotherServerAreNotTaken() throws Exception {
    inLoop(() -> assertFalse(calls.offer(event("alien"), task -> {})));
  }

  @Test
  void noneIsTakenIfNobodyWouldNoticeThatItIsBlocked() throws Exception {
    monitor.stop();
    inLoop(() -> assertFalse(calls.offer(event("task"), others)));
  }

  @Test
  void taskThatThrowsEndsNothing() throws Exception {
    inLoop(
        () -> {
          calls.offer(
              () -> {
                throw new AssertionError("by a test");
              },
              others);
          calls.offer(event("next"), others);
          assertTrue(calls.run());
        });
    assertEquals(Collections.singletonList("next"), events);
  }

  @Test
  void interruptOfATaskIsNotTheNextOnes() throws Exception {
    inLoop(
        () -> {
          calls.offer(() -> Thread.currentThread().interrupt(), others);
          calls.offer(() -> events.add("interrupted: " + Thread.interrupted()), others);
          assertTrue(calls.run());
        });
    assertEquals(Collections.singletonList("interrupted: false"), events);
  }

  @Test
  void taskKnowsThatItIsOne() throws Exception {
    inLoop(
        () -> {
          calls.offer(() -> assertTrue(LoopThread.current().isInTask()), others);
          assertFalse(LoopThread.current().isInTask());
          assertTrue(calls.run());
          assertFalse(LoopThread.current().isInTask());
        });
  }

  @Test
  void longTasksGoToOtherThreads() throws Exception {
    inLoop(
        () -> {
          calls.offer(() -> spend(LONG_NANOS), others);
          assertTrue(calls.run());
          assertFalse(calls.offer(event("next"), others));
        });
  }

  @Test
  void longTasksAreTriedAgainNowAndThen() throws Exception {
    inLoop(
        () -> {
          calls.offer(() -> spend(LONG_NANOS), others);
          assertTrue(calls.run());
          int refused = 0;
          boolean taken = false;
          boolean again = false;
          while (!again) { // expected to be short enough, no trial
            again = calls.offer(event("trial"), others) && taken;
            taken = !calls.isEmpty();
            refused += taken ? 0 : 1;
            assertTrue(calls.run());
          }
          assertTrue(refused >= 60, refused + " refused");
        });
    assertEquals(0, handedOn.get());
  }

  /** The sockets must not wait for all of them. */
  @Test
  void tasksThatAreTooManyForATurnGoToOtherThreads() throws Exception {
    inLoop(
        () -> {
          for (int i = 0; i < 100; i++) {
            assertTrue(calls.offer(() -> spend(TimeUnit.MICROSECONDS.toNanos(60)), others));
          }
          assertTrue(calls.run());
        });
    assertTrue(handedOn.get() > 50, handedOn + " handed on");
  }

  @Test
  void taskThatNoOtherThreadTakesRunsHere() throws Exception {
    Executor refusing =
        task -> {
          throw new RejectedExecutionException("by a test");
        };
    InlineCalls last = new InlineCalls(refusing, monitor);
    inLoop(
        () -> {
          last.offer(() -> spend(LONG_NANOS), refusing);
          last.offer(event("runs"), refusing);
          assertTrue(last.run());
        });
    assertEquals(Collections.singletonList("runs"), events);
  }

  @Test
  void loopIsTakenFromAThreadThatWaitsInATask() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    LoopThread kept =
        start(
            () -> {
              calls.offer(() -> awaitUninterruptibly(end), others);
              calls.offer(event("rest"), others);
              events.add("ours: " + calls.run() + ", in task: " + LoopThread.current().isInTask());
            });
    int task = awaitKept(kept);
    inLoop(
        () -> {
          assertTrue(calls.takeOver(task));
          assertFalse(calls.offer(event("soon after"), others), "for a while none is run here");
          assertTrue(calls.run());
        });
    assertEquals(Collections.singletonList("rest"), events, "what it left is done");
    end.countDown();
    kept.join();
    assertEquals(Arrays.asList("rest", "ours: false, in task: true"), events);
  }

  @Test
  void loopIsNotTakenFromAThreadThatIsDone() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    LoopThread kept =
        start(
            () -> {
              calls.offer(() -> awaitUninterruptibly(end), others);
              events.add("ours: " + calls.run());
            });
    int task = awaitKept(kept);
    end.countDown();
    kept.join();
    assertFalse(calls.takeOver(task));
    assertEquals(Collections.singletonList("ours: true"), events);
  }

  @Test
  void threadThatWorksIsGivenMoreTime() throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    LoopThread working =
        start(
            () -> {
              calls.offer(
                  () -> {
                    while (seen.getCount() > 0) {
                      spend(1000);
                    }
                  },
                  others);
              calls.run();
            });
    while (!calls.isActive()) {
      LockSupport.parkNanos(1);
    }
    for (int look = 1; look < 10; look++) {
      assertEquals(0, calls.look(working), "look " + look);
    }
    assertTrue(calls.look(working) != 0);
    seen.countDown();
    working.join();
  }

  private int awaitKept(LoopThread kept) {
    int task;
    do {
      LockSupport.parkNanos(1);
      task = calls.look(kept);
    } while (task == 0);
    return task;
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
