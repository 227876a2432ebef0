package io.github.grpcuds.transport.internal.testing;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Something that runs in a thread of its own; every wait for it has a limit. */
public final class Background<T> {
  private final FutureTask<T> task;
  private final Thread thread;

  private Background(String name, Callable<T> body) {
    task = new FutureTask<>(body);
    thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  public static <T> Background<T> start(String name, Callable<T> body) {
    return new Background<>(name, body);
  }

  /** Waits until the thread is inside a method of that name. */
  public Background<T> awaitInside(String method) {
    Await.until(
        () -> Arrays.stream(thread.getStackTrace()).anyMatch(f -> f.getMethodName().equals(method)),
        () -> thread.getName() + " is not inside " + method + "() but at " + where());
    return this;
  }

  public void interrupt() {
    thread.interrupt();
  }

  public boolean isDone() {
    return task.isDone();
  }

  public boolean isInterrupted() {
    return thread.isInterrupted();
  }

  /** What the body returned. */
  public T result() throws Exception {
    try {
      return task.get(Await.LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError(thread.getName() + " failed: " + e.getCause(), e.getCause());
    } catch (TimeoutException e) {
      return fail(thread.getName() + " has not ended, it is at " + where());
    }
  }

  /** What the body threw. */
  public Throwable failure() throws Exception {
    try {
      return fail(
          thread.getName()
              + " returned "
              + task.get(Await.LIMIT_SECONDS, TimeUnit.SECONDS)
              + " and was to fail");
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (TimeoutException e) {
      return fail(thread.getName() + " has not ended, it is at " + where());
    }
  }

  private String where() {
    return Arrays.toString(thread.getStackTrace());
  }
}
