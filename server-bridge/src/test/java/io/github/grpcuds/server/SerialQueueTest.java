package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SerialQueueTest {
  private final SerialQueue.Queue queue = new SerialQueue.Queue();
  private final List<String> ran = new ArrayList<>();

  private SerialQueue tasks(String name) {
    SerialQueue tasks = new SerialQueue();
    tasks.add(() -> ran.add(name));
    return tasks;
  }

  private void runAll() {
    for (SerialQueue next = queue.poll(); next != null; next = queue.poll()) {
      next.run();
    }
  }

  @Test
  void queueKeepsTheOrder() {
    queue.add(tasks("first"));
    queue.add(tasks("second"));
    runAll();
    queue.add(tasks("third"));
    runAll();
    assertEquals(Arrays.asList("first", "second", "third"), ran);
  }

  @Test
  void whatIsTakenAddsUpInAnotherQueue() {
    queue.add(tasks("first"));
    queue.add(tasks("second"));
    SerialQueue taken = queue.takeAll();
    assertNull(queue.poll());
    queue.add(tasks("zeroth"));
    queue.add(taken);
    runAll();
    assertEquals(Arrays.asList("zeroth", "first", "second"), ran);
  }

  /** An idle connection would keep its last call in memory. */
  @Test
  void nothingIsKeptOfWhatIsDone() {
    SerialQueue.Queue polled = new SerialQueue.Queue();
    SerialQueue.Queue taken = new SerialQueue.Queue();
    WeakReference<SerialQueue> first = added(polled);
    WeakReference<SerialQueue> second = added(taken);
    polled.poll();
    taken.takeAll();
    assertCollected(first);
    assertCollected(second);
    assertNull(polled.poll()); // they are still there themselves
    assertNull(taken.poll());
  }

  private static WeakReference<SerialQueue> added(SerialQueue.Queue queue) {
    SerialQueue tasks = new SerialQueue();
    queue.add(tasks);
    return new WeakReference<>(tasks);
  }

  @Test
  void tasksKeepNothingOfTheLastOne() {
    SerialQueue tasks = new SerialQueue();
    WeakReference<Runnable> task = addedTo(tasks);
    tasks.run();
    assertCollected(task);
    assertTrue(tasks.add(() -> {}));
  }

  @Test
  void taskThatThrowsAnythingEndsNoOther() {
    SerialQueue tasks = new SerialQueue();
    Error[] errors = {new OutOfMemoryError("by a test"), new StackOverflowError("by a test")};
    for (Error error : errors) {
      tasks.add(
          () -> {
            throw error;
          });
    }
    tasks.add(() -> ran.add("next"));
    tasks.run();
    assertEquals(Arrays.asList("next"), ran);
    assertTrue(tasks.add(() -> {}), "it is idle");
  }

  @Test
  void whatIsTakenCanBeRunAtOnce() {
    queue.add(tasks("first"));
    queue.add(tasks("second"));
    SerialQueue.runAll(queue.takeAll());
    assertEquals(Arrays.asList("first", "second"), ran);
  }

  private static WeakReference<Runnable> addedTo(SerialQueue tasks) {
    Runnable task = new ThreadLocal<String>()::remove; // a new object each time
    tasks.add(task);
    return new WeakReference<>(task);
  }

  private static void assertCollected(WeakReference<?> reference) {
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          while (reference.get() != null) {
            System.gc();
          }
        });
  }
}
