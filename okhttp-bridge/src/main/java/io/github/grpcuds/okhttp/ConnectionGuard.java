package io.github.grpcuds.okhttp;

import io.grpc.Status;
import io.grpc.internal.ManagedClientTransport;
import io.grpc.okhttp.internal.framed.ErrorCode;
import io.grpc.okhttp.internal.framed.FrameReader;
import io.grpc.okhttp.internal.framed.FrameWriter;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import okio.BufferedSource;
import okio.Sink;

/**
 * Stands between one connection of grpc-okhttp and its socket, on both sides of TLS alike: {@link
 * GuardedReader} reads its frames, {@link GuardedSink} writes them.
 *
 * <p>It ends the connection before grpc-okhttp does, by {@code shutdownNow}, which reports the
 * connection's calls as PROCESSED. By itself grpc-okhttp reports them as REFUSED, and gRPC makes
 * such calls again, though their handlers may have run.
 */
final class ConnectionGuard {
  private static final Logger logger = Logger.getLogger(ConnectionGuard.class.getName());

  private static final boolean COUNTS_NO_FRAMES = ClientGuard.CANCELLED_CALLS.isThere();
  private static final boolean READS = ClientGuard.LOST_CALLS.isThere();

  /** Frames that answer the server's, while it reads none. What honest ones cause is a few. */
  private static final int MAX_REPLIES = 10_000;

  /** What a server has sent before it broke off is read within this time. */
  private static final long DRAIN_MILLIS = 1000;

  private final ManagedClientTransport transport;
  private final Executor pool;
  private final Object lock; // the transport's
  private final FrameWriter frameWriter; // guarded by lock
  private final long maxBlockBytes;
  private final AtomicInteger replies = new AtomicInteger(); // not written yet
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile Exception writeFailure; // null: none

  private ConnectionGuard(Object transport, TransportExecutor executor) {
    this.transport = (ManagedClientTransport) transport;
    this.pool = executor.pool();
    this.maxBlockBytes = executor.maxBlockBytes();
    this.lock = OkHttpInternals.get(OkHttpInternals.TRANSPORT_LOCK, transport);
    this.frameWriter =
        (FrameWriter) OkHttpInternals.get(OkHttpInternals.TRANSPORT_WRITER, transport);
  }

  /**
   * Guards a connection, if the task is the one that reads it. Called when grpc-okhttp starts the
   * task, in the turn of the connection's writer, once it is connected.
   */
  static void install(Runnable task, TransportExecutor executor) {
    if (task.getClass() != OkHttpInternals.FRAME_HANDLER) {
      return;
    }
    try {
      Object transport = OkHttpInternals.get(OkHttpInternals.HANDLER_TRANSPORT, task);
      if (COUNTS_NO_FRAMES) {
        stopCounting(asyncSink(transport));
      }
      if (READS) {
        guard(transport, task, executor);
      }
    } catch (RuntimeException | LinkageError e) {
      logger.log(Level.WARNING, "A connection is not guarded from faults of grpc-okhttp", e);
    }
  }

  private static void guard(Object transport, Object handler, TransportExecutor executor) {
    Object asyncSink = asyncSink(transport);
    if (OkHttpInternals.get(OkHttpInternals.SINK_TARGET, asyncSink) == null) {
      return; // the connect has failed
    }
    ConnectionGuard guard = new ConnectionGuard(transport, executor);
    guard.guardReader(handler);
    guard.guardSink(asyncSink, executor.writerOf(transport));
  }

  private static Object asyncSink(Object transport) {
    Object writer = OkHttpInternals.get(OkHttpInternals.TRANSPORT_WRITER, transport);
    Object limited = OkHttpInternals.get(OkHttpInternals.WRITER_DELEGATE, writer);
    return OkHttpInternals.get(OkHttpInternals.LIMITED_SINK, limited);
  }

  private void guardReader(Object handler) {
    FrameReader reader = (FrameReader) OkHttpInternals.get(OkHttpInternals.HANDLER_READER, handler);
    BufferedSource source =
        (BufferedSource) OkHttpInternals.get(OkHttpInternals.READER_SOURCE, reader);
    OkHttpInternals.set(
        OkHttpInternals.HANDLER_READER, handler, new GuardedReader(reader, source, this));
  }

  /**
   * AsyncSink counts control frames up for each and down for some, until it closes the socket. It
   * does not count on once that has happened, as it believes.
   */
  private static void stopCounting(Object asyncSink) {
    synchronized (OkHttpInternals.get(OkHttpInternals.SINK_LOCK, asyncSink)) {
      OkHttpInternals.set(OkHttpInternals.SINK_EXCEEDED, asyncSink, true);
    }
  }

  private void guardSink(Object asyncSink, ConnectionWriter writer) {
    Sink sink = (Sink) OkHttpInternals.get(OkHttpInternals.SINK_TARGET, asyncSink);
    if (writer != null) {
      sink = writer.writeDirectly();
    }
    OkHttpInternals.set(OkHttpInternals.SINK_TARGET, asyncSink, new GuardedSink(sink, this));
  }

  Object lock() {
    return lock;
  }

  /** The stream of this number, if it is open; else null. */
  Object stream(int id) {
    return OkHttpInternals.call(OkHttpInternals.TRANSPORT_STREAM, transport, id);
  }

  /** False if this end has not begun such a stream. */
  boolean mayHaveCreated(int id) {
    return (Boolean)
        OkHttpInternals.call(OkHttpInternals.TRANSPORT_MAY_HAVE_CREATED, transport, id);
  }

  /** The most that a header block may take, as it is sent. */
  long maxBlockBytes() {
    return maxBlockBytes;
  }

  /** grpc-okhttp is about to answer a frame of the server. */
  void replies() {
    if (replies.incrementAndGet() > MAX_REPLIES) {
      throw new ProtocolViolation(
          "sends frames that have to be answered, and reads none of the answers");
    }
  }

  /** All that grpc-okhttp had to write is written. */
  void flushed() {
    if (replies.get() != 0) {
      replies.set(0);
    }
  }

  /**
   * The connection can be written no more. New calls go elsewhere; those that are under way end
   * when all is read that the server has sent.
   */
  void writeFailed(Exception cause) {
    writeFailure = cause;
    transport.shutdown(lostStatus(cause));
    try {
      pool.execute(this::endWithoutReader);
    } catch (RejectedExecutionException e) {
      lost(cause);
    }
  }

  /** The server may have closed its input alone: then its output never ends. */
  private void endWithoutReader() {
    try {
      if (!ended.await(DRAIN_MILLIS, TimeUnit.MILLISECONDS)) {
        lost(writeFailure);
      }
    } catch (InterruptedException e) {
      lost(writeFailure);
      Thread.currentThread().interrupt();
    }
  }

  /**
   * The connection can be read no more. What it had under way ends with the reason.
   *
   * @param cause null if the server has closed it
   */
  void lost(Throwable cause) {
    ended.countDown();
    Exception unwritten = writeFailure;
    if (cause instanceof ProtocolViolation) {
      sendGoAway(cause.getMessage());
      unwritten = null;
    }
    transport.shutdownNow(unwritten == null ? statusOf(cause) : lostStatus(unwritten));
  }

  /** Whatever it is that keeps this end from writing, it is no fault in a frame of the server. */
  private static Status lostStatus(Exception cause) {
    return Status.UNAVAILABLE
        .withDescription("the connection is lost: " + cause.getMessage())
        .withCause(cause);
  }

  private static Status statusOf(Throwable cause) {
    if (cause == null) {
      return Status.UNAVAILABLE.withDescription("the server has closed the connection");
    }
    if (cause instanceof ProtocolViolation) {
      return Status.INTERNAL.withDescription("the server " + cause.getMessage()).withCause(cause);
    }
    if (cause instanceof EOFException) {
      return Status.UNAVAILABLE
          .withDescription("the server has closed the connection in the middle of a frame")
          .withCause(cause);
    }
    if (cause instanceof IOException && cause.getClass() != IOException.class) {
      return lostStatus((IOException) cause);
    } // else it is what grpc-okhttp says of a frame that is wrong
    return Status.INTERNAL.withDescription("error in frame handler").withCause(cause);
  }

  private void sendGoAway(String text) {
    synchronized (lock) {
      try {
        frameWriter.goAway(0, ErrorCode.PROTOCOL_ERROR, text.getBytes(StandardCharsets.US_ASCII));
      } catch (IOException e) {
        // The connection ends all the same.
      }
    }
  }
}
