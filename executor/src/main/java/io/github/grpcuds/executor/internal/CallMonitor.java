package io.github.grpcuds.executor.internal;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The thread that looks after a {@link CallExecutor} while tasks wait there. */
final class CallMonitor extends Thread {
  static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final CallExecutor executor;

  CallMonitor(CallExecutor executor, String name) {
    super(name + "-monitor");
    this.executor = executor;
    setDaemon(true);
    setContextClassLoader(null); // runs nothing of the application's
  }

  @Override
  public void run() {
    while (goesOn()) {
      LockSupport.parkNanos(this, INTERVAL_NANOS);
    }
  }

  private boolean goesOn() {
    try {
      return executor.check();
    } catch (RuntimeException | Error e) {
      return true; // most likely out of memory, of which there may be some at the next check
    }
  }
}
