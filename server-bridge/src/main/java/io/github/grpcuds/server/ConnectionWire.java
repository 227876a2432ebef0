package io.github.grpcuds.server;

import io.github.grpcuds.http2.internal.ErrorCode;
import io.github.grpcuds.http2.internal.HeaderList;
import io.github.grpcuds.http2.internal.Http2Stream;
import io.github.grpcuds.http2.internal.OutputChunk;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The wire of a real connection. */
final class ConnectionWire implements Wire {
  private final ServerConnection connection;
  private final ScheduledExecutorService scheduler;

  ConnectionWire(ServerConnection connection, ScheduledExecutorService scheduler) {
    this.connection = connection;
    this.scheduler = scheduler;
  }

  @Override
  public void lock() {
    connection.lock();
  }

  @Override
  public void unlock() {
    connection.unlock();
  }

  @Override
  public void later(SerialQueue tasks, Runnable task) {
    connection.later(tasks, task);
  }

  @Override
  public void run(SerialQueue tasks) {
    connection.run(tasks);
  }

  @Override
  public void retry(Retries.Attempt attempt) {
    connection.retry(attempt);
  }

  @Override
  public void schedule(Runnable task, long nanos) {
    try {
      Future<?> unused =
          scheduler.schedule(task, nanos, TimeUnit.NANOSECONDS); // runs once, cheaply
    } catch (RejectedExecutionException e) {
      task.run(); // its owner has shut it down: there is no time any more
    }
  }

  @Override
  public void flush() {
    connection.flush();
  }

  @Override
  public void flushSoon() {
    connection.flushSoon();
  }

  @Override
  public void sendHeaders(Http2Stream stream, HeaderList headers, boolean endOfStream) {
    connection.http2().sendHeaders(stream, headers, endOfStream);
  }

  @Override
  public void sendData(
      Http2Stream stream, byte[] buffer, int offset, int length, boolean endOfStream) {
    connection.http2().sendData(stream, buffer, offset, length, endOfStream);
  }

  @Override
  public void sendData(Http2Stream stream, OutputChunk chunk, int length) {
    connection.http2().sendData(stream, chunk, length, false);
  }

  @Override
  public void reset(Http2Stream stream, ErrorCode error) {
    connection.http2().reset(stream, error);
  }

  @Override
  public void consumed(Http2Stream stream, int bytes) {
    connection.http2().consumed(stream, bytes);
  }
}
