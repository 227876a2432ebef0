package io.github.grpcuds.server;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Pings a peer that has been silent for some time, and gives it up if it stays so.
 *
 * <p>gRPC's KeepAliveManager does the same, but wants to be told of every read, under a lock of its
 * own; this one looks when its time has come.
 */
final class KeepAlive {
  /** As it has to be for a connection. */
  interface Peer {
    /** When something came last, as nanoTime has it. */
    long lastReadNanos();

    void ping();

    /** It did not answer. */
    void giveUp();
  }

  static final long LEAST_TIME_NANOS = TimeUnit.SECONDS.toNanos(10);
  static final long LEAST_TIMEOUT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final Peer peer;
  private final RestartableTimer timer;
  private final long timeNanos;
  private final long timeoutNanos;

  KeepAlive(Peer peer, ScheduledExecutorService scheduler, long timeNanos, long timeoutNanos) {
    this.peer = peer;
    this.timer = new RestartableTimer(scheduler);
    this.timeNanos = timeNanos;
    this.timeoutNanos = timeoutNanos;
  }

  void start() {
    timer.set(this::check, timeNanos);
  }

  void stop() {
    timer.stop();
  }

  private void check() {
    long silence = System.nanoTime() - peer.lastReadNanos();
    if (silence < timeNanos) {
      timer.set(this::check, timeNanos - silence);
      return;
    }
    long pinged = System.nanoTime();
    peer.ping();
    timer.set(() -> checkAnswer(pinged), timeoutNanos);
  }

  private void checkAnswer(long pinged) {
    if (peer.lastReadNanos() - pinged >= 0) {
      check();
    } else {
      peer.giveUp();
    }
  }
}
