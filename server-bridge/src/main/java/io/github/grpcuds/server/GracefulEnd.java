package io.github.grpcuds.server;

import io.github.grpcuds.http2.internal.ErrorCode;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Ends a connection without losing a call (RFC 9113, section 6.8): GOAWAY for no stream yet, so
 * that the peer opens no more; a ping, whose answer tells that it knows; GOAWAY for those it did
 * open; and the end once they are done.
 */
final class GracefulEnd {
  static final long PING = 0x6772_6163_6566_756cL;

  private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final ServerConnection connection;
  private final Calls calls;
  private final RestartableTimer answer;
  private final RestartableTimer grace;

  /** Runs when the calls take longer than they may. */
  private final Runnable graceOver;

  // Guarded by the connection's lock.
  private String reason; // null: not begun
  private long graceNanos;
  private boolean announced; // the second GOAWAY is sent

  GracefulEnd(
      ServerConnection connection,
      Calls calls,
      ScheduledExecutorService scheduler,
      Runnable graceOver) {
    this.connection = connection;
    this.calls = calls;
    this.answer = new RestartableTimer(scheduler);
    this.grace = new RestartableTimer(scheduler);
    this.graceOver = graceOver;
  }

  /**
   * Begins, unless it has begun.
   *
   * @param why for the peer, in the GOAWAY
   * @param nanos how long calls may take; {@link ServerConfig#OFF}: as long as they like
   */
  void begin(String why, long nanos) {
    connection.lock();
    try {
      if (reason != null || connection.http2().isEnded()) {
        return;
      }
      reason = why;
      graceNanos = nanos;
      connection.http2().goAway(Integer.MAX_VALUE, ErrorCode.NO_ERROR, why);
      connection.http2().ping(PING);
    } finally {
      connection.unlock();
    }
    answer.set(this::announce, ANSWER_NANOS);
    connection.flush();
  }

  /** The peer has seen the first GOAWAY, or had time enough. */
  void announce() {
    connection.lock();
    try {
      if (reason == null || announced || connection.http2().isEnded()) {
        return;
      }
      announced = true;
      connection.http2().goAway(connection.http2().lastStreamId(), ErrorCode.NO_ERROR, reason);
    } finally {
      connection.unlock();
    }
    answer.stop();
    connection.flush();
    if (graceNanos != ServerConfig.OFF) {
      grace.set(graceOver, graceNanos);
    }
    callsEnded();
  }

  /** There may be no call left. */
  void callsEnded() {
    boolean done;
    String why;
    connection.lock();
    try {
      done = announced && calls.open() == 0;
      why = reason;
    } finally {
      connection.unlock();
    }
    if (done) {
      connection.closeWhenRead("the connection was shut down: " + why);
    }
  }

  /** The connection is closed. */
  void stop() {
    answer.stop();
    grace.stop();
  }
}
