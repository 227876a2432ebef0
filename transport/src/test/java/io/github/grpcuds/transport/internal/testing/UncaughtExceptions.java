package io.github.grpcuds.transport.internal.testing;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test during which a background thread died of an exception. */
public final class UncaughtExceptions implements BeforeEachCallback, AfterEachCallback {
  private final Queue<Throwable> seen = new ConcurrentLinkedQueue<>();
  private Thread.UncaughtExceptionHandler before;

  @Override
  public void beforeEach(ExtensionContext context) {
    seen.clear();
    before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, e) -> seen.add(e));
  }

  @Override
  public void afterEach(ExtensionContext context) {
    Thread.setDefaultUncaughtExceptionHandler(before);
    Throwable first = seen.poll();
    if (first != null) {
      throw new AssertionError("uncaught in a background thread: " + first, first);
    }
  }
}
