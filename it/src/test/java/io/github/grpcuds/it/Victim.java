package io.github.grpcuds.it;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeUnit;

/**
 * A good client of a server under attack: calls it every 50 ms on a connection of its own, every
 * tenth time on a new one, and keeps the longest that a reply took.
 */
final class Victim implements AutoCloseable {
  static final int TIMEOUT_SECONDS = 30; // a slow answer is none that fails
  private static final int PAUSE_MILLIS = 50;
  private static final int CALLS_PER_NEWCOMER = 10;
  private static final byte[] MESSAGE = new byte[32];

  private final AttackedServer server;
  private final ManagedChannel channel;
  private final Thread thread = new Thread(this::run, "victim");
  private volatile boolean stopped;
  private volatile long slowestNanos;
  private volatile String failure;

  Victim(AttackedServer server) {
    this.server = server;
    this.channel = server.channel();
    AttackedServer.echo(channel, MESSAGE);
    thread.start();
  }

  private void run() {
    try {
      for (int i = 1; !stopped; i++) {
        call(i % CALLS_PER_NEWCOMER == 0);
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void call(boolean newcomer) {
    ManagedChannel used = newcomer ? server.channel() : channel;
    long start = System.nanoTime();
    try {
      AttackedServer.echo(used, MESSAGE);
    } catch (StatusRuntimeException e) {
      failure = (newcomer ? "on a new connection: " : "") + e.getStatus();
    } finally {
      slowestNanos = Math.max(slowestNanos, System.nanoTime() - start);
      if (newcomer) {
        used.shutdownNow();
      }
    }
  }

  long slowestMillis() {
    return TimeUnit.NANOSECONDS.toMillis(slowestNanos);
  }

  /** How a call failed; null if none did. */
  String failure() {
    return failure;
  }

  @Override
  public void close() {
    stop();
  }

  void stop() {
    stopped = true;
    try {
      thread.join(TimeUnit.SECONDS.toMillis(2 * TIMEOUT_SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    channel.shutdownNow();
  }
}
