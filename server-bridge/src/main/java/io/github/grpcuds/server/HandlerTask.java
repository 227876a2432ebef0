package io.github.grpcuds.server;

import io.github.grpcuds.executor.internal.CallTask;
import java.util.concurrent.Executor;

/** What gRPC has to run for a call: interceptors and handlers, mostly. */
final class HandlerTask implements CallTask {
  private final Exchange exchange;
  private final Runnable body;
  private Executor threads; // set before it is handed over; null while it is not
  HandlerTask next; // guarded by the ConnectionTurns in which it waits

  /** A task that counts as one of its call's until it has run, or {@link #refused}. */
  HandlerTask(Exchange exchange, Runnable body) {
    this.exchange = exchange;
    this.body = body;
    exchange.handlerComes();
  }

  /** Has a task run by the threads for calls, in turn with other connections if it is a call's. */
  static void execute(Runnable task, Executor threads) {
    if (task instanceof HandlerTask) {
      ((HandlerTask) task).handOver(threads);
    } else {
      threads.execute(task);
    }
  }

  /** The full name of the call's method. */
  @Override
  public String kind() {
    return exchange.method();
  }

  private void handOver(Executor executor) {
    ConnectionTurns turns = exchange.turns();
    threads = executor;
    if (!turns.enter(this)) {
      return;
    }
    boolean done = false;
    try {
      executor.execute(this);
      done = true;
    } finally {
      if (!done) {
        threads = null;
        turns.refused();
      }
    }
  }

  /** It will not run. */
  void refused() {
    exchange.handlerReturned();
  }

  @Override
  public void run() {
    HandlerTask follower = follower();
    try {
      runBody();
    } finally {
      if (follower != null) {
        runInPlaceOfOthers(follower);
      }
    }
  }

  private static void runInPlaceOfOthers(HandlerTask first) {
    for (HandlerTask task = first; task != null; ) {
      HandlerTask follower = task.follower();
      try {
        task.runBody();
      } catch (Throwable e) { // even one that was thrown sneakily
        task.exchange.handlerFailed(e);
      }
      task = follower;
    }
  }

  /** Has the next task of the connection take its place. That one, if no thread is to be had. */
  private HandlerTask follower() {
    if (threads == null) {
      return null;
    }
    HandlerTask follower = exchange.turns().leave();
    if (follower == null) {
      return null;
    }
    try {
      threads.execute(follower);
      return null;
    } catch (RuntimeException | Error e) { // better here, later, than never
      return follower;
    }
  }

  private void runBody() {
    Throwable thrown = null;
    try {
      Trampoline.runFor(exchange, body);
    } catch (RuntimeException | StackOverflowError | LinkageError | AssertionError e) {
      thrown = e;
    } catch (Throwable e) {
      thrown = e;
      throw e;
    } finally {
      exchange.lookAfter(thrown);
      exchange.handlerReturned();
    }
    if (thrown != null) {
      exchange.handlerFailed(thrown); // a client may have it fail as often as it likes
    }
  }
}
