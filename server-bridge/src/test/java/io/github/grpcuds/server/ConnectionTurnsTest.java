package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.http2.internal.HeaderList;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class ConnectionTurnsTest {
  private static final int MOST = ConnectionTurns.MOST_WAITING;

  private final Queue<Runnable> executor = new ArrayDeque<>();
  private final List<String> ran = new ArrayList<>();
  private boolean refuses;

  private void execute(Runnable task) {
    if (refuses) {
      throw new RejectedExecutionException("by a test");
    }
    executor.add(task);
  }

  /** A call of a connection of its own. */
  private static Exchange connection() {
    FakeWire wire = new FakeWire();
    Calls calls =
        new Calls(
            wire,
            new ServerConfig(),
            Collections.emptyList(),
            new RateLimitedLog(),
            new MessageMemory(1 << 20),
            () -> {});
    return new Exchange(calls, wire, null, new HeaderList(), false);
  }

  private HandlerTask task(Exchange connection, String name) {
    return new HandlerTask(connection, () -> ran.add(name));
  }

  private void runAll() {
    while (!executor.isEmpty()) {
      executor.remove().run();
    }
  }

  @Test
  void manyCallsOfOneConnectionDelayAnothersByFew() {
    Exchange greedy = connection();
    Exchange modest = connection();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      HandlerTask.execute(task(greedy, "greedy " + i), this::execute);
      expected.add("greedy " + i);
    }
    assertEquals(MOST, executor.size());
    HandlerTask.execute(task(modest, "modest"), this::execute);
    expected.add(MOST, "modest");
    runAll();
    assertEquals(expected, ran);
  }

  @Test
  void taskOfNoCallGoesStraightToTheExecutor() {
    HandlerTask.execute(() -> ran.add("other"), this::execute);
    runAll();
    assertEquals(Collections.singletonList("other"), ran);
  }

  @Test
  void whatTheExecutorRefusesAtOnceIsRefused() {
    Exchange connection = connection();
    refuses = true;
    for (int i = 0; i < 2 * MOST; i++) {
      assertThrows(
          RejectedExecutionException.class,
          () -> HandlerTask.execute(task(connection, "refused"), this::execute));
    }
    refuses = false;
    HandlerTask.execute(task(connection, "taken"), this::execute);
    runAll();
    assertEquals(Collections.singletonList("taken"), ran);
  }

  @Test
  void whatTheExecutorRefusesLaterRunsInTheThreadThatThereIs() {
    Exchange connection = connection();
    int count = 20_000; // none on top of another
    for (int i = 0; i < count; i++) {
      HandlerTask.execute(task(connection, "" + i), this::execute);
    }
    refuses = true;
    runAll();
    assertEquals(count, ran.size());
  }

  @Test
  void handlerThatFailsKeepsNoneFromRunning() {
    Exchange connection = connection();
    for (int i = 0; i < 3 * MOST; i++) {
      HandlerTask.execute(
          new HandlerTask(
              connection,
              () -> {
                ran.add("failed");
                throw new AssertionError("by a test");
              }),
          this::execute);
    }
    runAll();
    assertEquals(3 * MOST, ran.size());
    assertTrue(executor.isEmpty());
  }
}
