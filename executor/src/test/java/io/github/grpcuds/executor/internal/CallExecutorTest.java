package io.github.grpcuds.executor.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.testkit.Machine;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class CallExecutorTest {
  private static final int CORE = 4;
  private static final int MANY = 200;
  private static final int STRESS_MILLIS =
      1000 * Integer.getInteger("grpcuds.callExecutor.seconds", 2);

  private final AtomicBoolean refuseThreads = new AtomicBoolean();
  private final CallExecutor executor =
      new CallExecutor("grpc-uds-call", null, CORE, CallExecutor.IDLE_NANOS, this::start);

  private final AtomicInteger attempts = new AtomicInteger();

  private void start(Thread thread) {
    attempts.incrementAndGet();
    if (refuseThreads.get()) {
      throw new OutOfMemoryError("unable to create native thread: on purpose");
    }
    thread.start();
  }

  @Test
  void runsEachTaskOfManySubmittersOnce() throws Exception {
    AtomicIntegerArray runs = new AtomicIntegerArray(1 << 20);
    AtomicInteger submitted = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STRESS_MILLIS);
    List<Thread> submitters = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      int rhythm = i;
      Thread submitter =
          new Thread(
              () -> {
                while (System.nanoTime() < end && submitted.get() < runs.length() - 8) {
                  int number = submitted.getAndIncrement();
                  executor.execute(
                      () -> {
                        if (number % 500 == 0) {
                          LockSupport.parkNanos(100_000);
                        }
                        runs.incrementAndGet(number);
                        done.incrementAndGet();
                      });
                  if (number % (1 << rhythm) == 0) {
                    await("room", () -> submitted.get() - done.get() < 1000);
                  }
                }
              });
      submitters.add(submitter);
      submitter.start();
    }
    for (Thread submitter : submitters) {
      submitter.join();
    }

    await("all tasks", () -> done.get() == submitted.get());
    for (int i = 0; i < submitted.get(); i++) {
      assertEquals(1, runs.get(i), "runs of task " + i);
    }
  }

  @Test
  void noTaskIsLostToAThreadThatEnds() {
    CallExecutor hasty = new CallExecutor("grpc-uds-call", null, CORE, 20_000, Thread::start);
    AtomicInteger done = new AtomicInteger();
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STRESS_MILLIS);
    for (int submitted = 1; System.nanoTime() < end; submitted++) {
      int expected = submitted;
      hasty.execute(done::incrementAndGet);
      await("task " + submitted, () -> done.get() == expected);
      work(submitted % 200 * 500L);
    }
    await("threads to end", () -> hasty.threads() == 0);
  }

  @Test
  void aFloodOfWorkMakesNoMoreThreadsThanTheCore() {
    int most = runAFloodOfWork();
    assertTrue(most <= CORE, "threads: " + most);
  }

  /** Returns how many threads there were at most. */
  private int runAFloodOfWork() {
    AtomicInteger left = new AtomicInteger(2_000);
    for (int i = left.get(); i > 0; i--) {
      executor.execute(
          () -> {
            work(TimeUnit.MICROSECONDS.toNanos(500));
            left.decrementAndGet();
          });
    }

    int most = 0;
    while (left.get() > 0) {
      most = Math.max(most, executor.threads());
      LockSupport.parkNanos(1_000_000);
    }
    return most;
  }

  /** What has blocked may compute from now on: 2,000 tasks must not be 2,000 threads. */
  @Test
  void aFloodOfWorkOfAKindThatBlockedMakesFewThreads() {
    for (int i = 0; i < 2 * CORE; i++) {
      executor.execute(() -> LockSupport.parkNanos(200_000_000));
    }
    await("the kind to be known", () -> executor.blocks(() -> {}));
    await("threads to end", () -> executor.threads() == 0);
    assertTrue(executor.blocks(() -> {}));

    int most = runAFloodOfWork();

    assertTrue(most <= 8 * CORE, "threads: " + most);
  }

  /** More threads would wait for the lock as well. */
  @Test
  void tasksThatWaitForALockOfThisLibraryMakeFewThreads() {
    Lock lock = new ReentrantLock();
    AtomicInteger left = new AtomicInteger(500);
    for (int i = left.get(); i > 0; i--) {
      executor.execute(
          () -> {
            CallExecutor.lock(lock);
            try {
              work(TimeUnit.MILLISECONDS.toNanos(2));
            } finally {
              lock.unlock();
            }
            left.decrementAndGet();
          });
    }
    int most = 0;
    while (left.get() > 0) {
      most = Math.max(most, executor.threads());
      LockSupport.parkNanos(1_000_000);
    }
    assertTrue(most <= 2 * CORE, "threads: " + most);
  }

  private static void work(long nanos) {
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() < end) {
      assertFalse(Thread.currentThread().isInterrupted());
    }
  }

  @Test
  void tasksThatWaitForEachOtherAllRun() {
    CountDownLatch all = new CountDownLatch(MANY);
    assertRunTogether(
        () -> {
          all.countDown();
          all.await();
        },
        () -> {});
  }

  @Test
  void tasksThatParkAllRun() {
    AtomicBoolean over = new AtomicBoolean();
    Queue<Thread> parked = new ConcurrentLinkedQueue<>();
    assertRunTogether(
        () -> {
          parked.add(Thread.currentThread());
          while (!over.get()) {
            LockSupport.park(this);
          }
        },
        () -> {
          over.set(true);
          parked.forEach(LockSupport::unpark);
        });
  }

  @Test
  void tasksThatSleepAllRun() {
    AtomicBoolean over = new AtomicBoolean();
    assertRunTogether(
        () -> {
          while (!over.get()) {
            Thread.sleep(5);
          }
        },
        () -> over.set(true));
  }

  @Test
  void tasksThatWantAMonitorAllRun() {
    Object monitor = new Object();
    synchronized (monitor) {
      assertRunTogether(
          () -> {
            synchronized (monitor) {
              assertNotNull(monitor);
            }
          },
          () -> {});
    }
  }

  @Test
  void tasksThatReadFromASocketAllRun() throws IOException {
    Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
    try (ServerSocket server = new ServerSocket(0, MANY, InetAddress.getLoopbackAddress())) {
      assertRunTogether(
          () -> {
            Socket socket = new Socket(server.getInetAddress(), server.getLocalPort());
            sockets.add(socket);
            readToTheEnd(socket);
          },
          () -> {});
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  private static void readToTheEnd(Socket socket) {
    try {
      assertEquals(-1, socket.getInputStream().read());
    } catch (IOException e) {
      // reset or closed: that is an end, too
    }
  }

  private interface Blocking {
    void run() throws Exception;
  }

  /** Many tasks begin before the first of them has ended. */
  private void assertRunTogether(Blocking task, Runnable release) {
    AtomicInteger begun = new AtomicInteger();
    long start = System.nanoTime();
    for (int i = 0; i < MANY; i++) {
      executor.execute(
          () -> {
            begun.incrementAndGet();
            try {
              task.run();
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          });
    }
    try {
      await("tasks begun", () -> begun.get() == MANY);
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      assertTrue(Machine.isWithin(millis, 5_000), "milliseconds to the last: " + millis);
    } finally {
      release.run();
    }
  }

  @Test
  void aTaskWaitsForOneThatItSubmitsLater() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    nest(50, done);
    assertTrue(done.await(Deadline.SECONDS, TimeUnit.SECONDS));
  }

  private void nest(int depth, CountDownLatch done) {
    executor.execute(
        () -> {
          if (depth > 0) {
            CountDownLatch inner = new CountDownLatch(1);
            nest(depth - 1, inner);
            awaitQuietly(inner);
          }
          done.countDown();
        });
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void blockedThreadsLeaveRoomForShortTasksAlways() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    for (int i = 0; i < 20; i++) {
      executor.execute(() -> awaitQuietly(over));
    }
    for (int i = 0; i < 100; i++) {
      CountDownLatch done = new CountDownLatch(1);
      executor.execute(done::countDown);
      assertTrue(done.await(Deadline.SECONDS, TimeUnit.SECONDS), "task " + i);
    }
    over.countDown();
  }

  @Test
  void threadsAreGivenBackWithinTwoSeconds() {
    tasksThatWaitForEachOtherAllRun();
    long start = System.nanoTime();
    await("threads to end", () -> executor.threads() == 0);
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    assertTrue(Machine.isWithin(millis, 2_000), "milliseconds: " + millis);
  }

  @Test
  void afterBlockedTasksAFloodOfWorkRunsInTheCoreAgain() {
    tasksThatWaitForEachOtherAllRun();
    runAFloodOfWork(); // and learn that they do not any more
    await("threads to end", () -> executor.threads() == 0);
    aFloodOfWorkMakesNoMoreThreadsThanTheCore();
  }

  @Test
  void aTaskThatThrowsEndsNoThread() throws Exception {
    CallExecutor one =
        new CallExecutor("grpc-uds-call", null, 1, CallExecutor.IDLE_NANOS, Thread::start);
    Queue<Thread> seen = new ConcurrentLinkedQueue<>();
    one.execute(
        () -> {
          seen.add(Thread.currentThread());
          throw new StackOverflowError("on purpose");
        });
    CountDownLatch done = new CountDownLatch(1);
    one.execute(
        () -> {
          seen.add(Thread.currentThread());
          done.countDown();
        });
    assertTrue(done.await(Deadline.SECONDS, TimeUnit.SECONDS));

    assertSame(seen.poll(), seen.poll());
  }

  @Test
  void anInterruptIsForgottenBetweenTasks() throws Exception {
    CallExecutor one =
        new CallExecutor("grpc-uds-call", null, 1, CallExecutor.IDLE_NANOS, Thread::start);
    AtomicBoolean interrupted = new AtomicBoolean(true);
    CountDownLatch done = new CountDownLatch(1);
    one.execute(() -> Thread.currentThread().interrupt());
    one.execute(
        () -> {
          interrupted.set(Thread.currentThread().isInterrupted());
          done.countDown();
        });
    assertTrue(done.await(Deadline.SECONDS, TimeUnit.SECONDS));

    assertFalse(interrupted.get());
  }

  @Test
  void threadsAreDaemonsWithANameAndALoader() throws Exception {
    try (URLClassLoader loader = new URLClassLoader(new URL[0])) {
      Queue<Thread> threads = new ConcurrentLinkedQueue<>();
      new CallExecutor("grpc-uds-call", loader).execute(() -> threads.add(Thread.currentThread()));
      await("the task", () -> !threads.isEmpty());

      Thread thread = threads.poll();
      assertSame(loader, thread.getContextClassLoader());
      assertTrue(thread.isDaemon());
      assertTrue(thread.getName().startsWith("grpc-uds-call-"), thread.getName());
    }
  }

  /** Each starts its successor, as calls in flight do, and none looks blocked for long. */
  @Test
  void tasksThatSleepShortlyAllRunTogether() {
    CallsInFlight calls = new CallsInFlight("slow", 64, () -> LockSupport.parkNanos(2_000_000));
    try {
      await("64 tasks at a time", () -> calls.running.get() == 64);
    } finally {
      calls.stop();
    }
  }

  @Test
  void shortTasksShareTheCoreBesideOnesThatSleep() {
    CallsInFlight slow = new CallsInFlight("slow", 32, () -> LockSupport.parkNanos(2_000_000));
    CallsInFlight quick = new CallsInFlight("quick", 64, () -> work(20_000));
    try {
      await("32 tasks at a time", () -> slow.running.get() == 32);
      quick.most.set(0);
      int before = quick.runs.get();
      await("short tasks", () -> quick.runs.get() > before + 1000);
      assertTrue(quick.most.get() <= 2 * CORE, "short tasks at a time: " + quick.most.get());
    } finally {
      slow.stop();
      quick.stop();
    }
  }

  @Test
  void tasksThatComputeShareTheCoreHoweverLongTheyTake() {
    executor.execute(() -> awaitQuietly(new CountDownLatch(0)));
    CallsInFlight calls = new CallsInFlight("computing", 64, () -> work(300_000));
    try {
      await("tasks", () -> calls.runs.get() > 1_000);
      assertTrue(calls.most.get() <= CORE, "tasks at a time: " + calls.most.get());
    } finally {
      calls.stop();
    }
  }

  /** Tasks of a kind, as many at a time, until they are stopped. */
  private final class CallsInFlight implements CallTask {
    final AtomicInteger running = new AtomicInteger();
    final AtomicInteger most = new AtomicInteger();
    final AtomicInteger runs = new AtomicInteger();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final CountDownLatch ended;
    private final String kind;
    private final Runnable body;

    CallsInFlight(String kind, int number, Runnable body) {
      this.kind = kind;
      this.body = body;
      this.ended = new CountDownLatch(number);
      for (int i = 0; i < number; i++) {
        submit();
      }
    }

    private void submit() {
      executor.execute(this);
    }

    @Override
    public String kind() {
      return kind;
    }

    @Override
    public void run() {
      most.accumulateAndGet(running.incrementAndGet(), Math::max);
      body.run();
      running.decrementAndGet();
      runs.incrementAndGet();
      if (stopped.get()) {
        ended.countDown();
      } else {
        submit();
      }
    }

    void stop() {
      stopped.set(true);
      await("tasks to end", () -> ended.getCount() == 0);
    }
  }

  @Test
  void aFailureThatCannotBeLoggedEndsNoThread() throws Exception {
    Logger logger = Logger.getLogger(CallThread.class.getName());
    Handler broken = new BrokenHandler();
    logger.addHandler(broken);
    logger.setUseParentHandlers(false);
    try {
      for (int i = 0; i < 3 * CORE; i++) {
        executor.execute(
            () -> {
              throw new IllegalStateException("on purpose");
            });
      }
      CountDownLatch together = new CountDownLatch(CORE);
      for (int i = 0; i < CORE; i++) {
        executor.execute(
            () -> {
              together.countDown();
              awaitQuietly(together);
            });
      }
      assertTrue(together.await(5, TimeUnit.SECONDS));
    } finally {
      logger.removeHandler(broken);
      logger.setUseParentHandlers(true);
    }
  }

  /** Throws what no signature tells of. */
  private static final class BrokenHandler extends Handler {
    @Override
    public void publish(LogRecord message) {
      BrokenHandler.<RuntimeException>sneak(new Exception("on purpose"));
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> void sneak(Throwable thrown) throws T {
      throw (T) thrown;
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  void whileThreadsCannotBeStartedAttemptsPause() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    executor.execute(
        () -> {
          begun.countDown();
          awaitQuietly(release);
        });
    assertTrue(begun.await(5, TimeUnit.SECONDS));
    refuseThreads.set(true);
    int before = attempts.get();
    long start = System.nanoTime();
    AtomicInteger runs = new AtomicInteger();
    for (int i = 0; i < 1000; i++) {
      executor.execute(runs::incrementAndGet);
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    int tried = attempts.get() - before;
    assertTrue(tried <= 3 + millis / 10, "attempts in " + millis + " ms: " + tried);
    release.countDown();

    await("all tasks", () -> runs.get() == 1000);
  }

  @Test
  void withoutAnyThreadATaskIsRefused() throws Exception {
    refuseThreads.set(true);
    RejectedExecutionException refusal =
        assertThrows(RejectedExecutionException.class, () -> executor.execute(() -> {}));
    assertTrue(refusal.getCause() instanceof OutOfMemoryError, refusal.toString());

    refuseThreads.set(false);
    CountDownLatch done = new CountDownLatch(1);
    executor.execute(done::countDown);
    assertTrue(done.await(Deadline.SECONDS, TimeUnit.SECONDS));
  }

  @Test
  void whileNoThreadCanBeStartedTasksWaitForThoseThatLive() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    executor.execute(
        () -> {
          begun.countDown();
          awaitQuietly(release);
        });
    assertTrue(begun.await(Deadline.SECONDS, TimeUnit.SECONDS));
    refuseThreads.set(true);
    AtomicInteger runs = new AtomicInteger();
    for (int i = 0; i < 10; i++) {
      executor.execute(runs::incrementAndGet);
    }
    assertEquals(0, runs.get());
    release.countDown();

    await("all tasks", () -> runs.get() == 10);
  }

  @Test
  void tasksThatFoundNoThreadGetOneWhenItCanBeStarted() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(CORE);
    for (int i = 0; i < CORE; i++) {
      executor.execute(
          () -> {
            begun.countDown();
            awaitQuietly(release);
          });
    }
    assertTrue(begun.await(Deadline.SECONDS, TimeUnit.SECONDS));
    executor.execute(() -> {}); // makes the monitor start
    refuseThreads.set(true);
    CountDownLatch done = new CountDownLatch(10);
    for (int i = 0; i < 10; i++) {
      executor.execute(done::countDown);
    }
    refuseThreads.set(false);

    assertTrue(done.await(Deadline.SECONDS, TimeUnit.SECONDS));
    release.countDown();
  }

  @Test
  void anIdleThreadHoldsOnToNoTask() {
    List<Object> held = Collections.synchronizedList(new ArrayList<>());
    WeakReference<Object> message = submitWithMessage(held);
    await("the task", () -> !held.isEmpty());
    held.clear();
    await(
        "the message to be collected",
        () -> {
          System.gc();
          return message.get() == null;
        });
    assertEquals(1, executor.threads());
  }

  private WeakReference<Object> submitWithMessage(List<Object> held) {
    Object message = new Object();
    executor.execute(() -> held.add(message));
    return new WeakReference<>(message);
  }

  private static void await(String what, BooleanSupplier condition) {
    Deadline deadline = Deadline.start();
    while (!condition.getAsBoolean()) {
      deadline.check(() -> what);
      LockSupport.parkNanos(50_000);
    }
  }
}
