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

class StreamTasksTest {
  private final StreamTasks.Queue queue = new StreamTasks.Queue();
  private final List<String> ran = new ArrayList<>();

  private StreamTasks tasks(String name) {
    StreamTasks tasks = new StreamTasks();
    tasks.add(() -> ran.add(name));
    return tasks;
  }

  private void runAll() {
    for (StreamTasks next = queue.poll(); next != null; next = queue.poll()) {
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
    StreamTasks taken = queue.takeAll();
    assertNull(queue.poll());
    queue.add(tasks("zeroth"));
    queue.add(taken);
    runAll();
    assertEquals(Arrays.asList("zeroth", "first", "second"), ran);
  }

  /** An idle connection would keep its last call in memory. */
  @Test
  void nothingIsKeptOfWhatIsDone() {
    StreamTasks.Queue polled = new StreamTasks.Queue();
    StreamTasks.Queue taken = new StreamTasks.Queue();
    WeakReference<StreamTasks> first = added(polled);
    WeakReference<StreamTasks> second = added(taken);
    polled.poll();
    taken.takeAll();
    assertCollected(first);
    assertCollected(second);
    assertNull(polled.poll()); // they are still there themselves
    assertNull(taken.poll());
  }

  private static WeakReference<StreamTasks> added(StreamTasks.Queue queue) {
    StreamTasks tasks = new StreamTasks();
    queue.add(tasks);
    return new WeakReference<>(tasks);
  }

  @Test
  void tasksKeepNothingOfTheLastOne() {
    StreamTasks tasks = new StreamTasks();
    WeakReference<Runnable> task = addedTo(tasks);
    tasks.run();
    assertCollected(task);
    assertTrue(tasks.add(() -> {}));
  }

  private static WeakReference<Runnable> addedTo(StreamTasks tasks) {
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
