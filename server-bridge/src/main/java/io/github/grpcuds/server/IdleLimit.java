package io.github.grpcuds.server;

import java.util.concurrent.ScheduledExecutorService;

/** Ends a connection that has had no call for some time. */
final class IdleLimit {
  /** As it has to be for a connection. */
  interface Idleness {
    /** How long there was no call, in nanoseconds; 0 if there is one. */
    long idleNanos();
  }

  private final Idleness idleness;
  private final Runnable end;
  private final RestartableTimer timer;
  private final long limitNanos;

  IdleLimit(Idleness idleness, Runnable end, ScheduledExecutorService scheduler, long limitNanos) {
    this.idleness = idleness;
    this.end = end;
    this.timer = new RestartableTimer(scheduler);
    this.limitNanos = limitNanos;
  }

  void start() {
    timer.set(this::check, limitNanos);
  }

  void stop() {
    timer.stop();
  }

  private void check() {
    long idle = idleness.idleNanos();
    if (idle >= limitNanos) {
      end.run();
    } else {
      timer.set(this::check, limitNanos - idle);
    }
  }
}
