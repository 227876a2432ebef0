package io.github.grpcuds.okhttp;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientStreamTracer;
import io.grpc.InternalChannelz.SocketStats;
import io.grpc.InternalLogId;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.internal.ClientStream;
import io.grpc.internal.ConnectionClientTransport;
import java.net.InetAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A transport of grpc-okhttp's whose start ends in time: at the server's SETTINGS, when the channel
 * no longer wants it, or at the time-out.
 *
 * <p>By itself grpc-okhttp waits for the server as long as it takes, in a TLS handshake with
 * threads that nothing ends.
 */
final class GuardedTransport implements ConnectionClientTransport {
  /** A socket whose connect takes all the time says why by itself. */
  private static final long GRACE_MILLIS = 20;

  private final ConnectionClientTransport delegate;
  private final ConnectAttempt attempt;
  private final InetAddress carrier; // by which grpc-okhttp asks for the attempt's socket
  private final TransportSocketFactory sockets;
  private final ScheduledExecutorService scheduler;
  private Future<?> timer; // set by start, before anything can end
  private volatile boolean ready;

  GuardedTransport(
      ConnectionClientTransport delegate,
      ConnectAttempt attempt,
      InetAddress carrier,
      TransportSocketFactory sockets,
      ScheduledExecutorService scheduler) {
    this.delegate = delegate;
    this.attempt = attempt;
    this.carrier = carrier;
    this.sockets = sockets;
    this.scheduler = scheduler;
  }

  @Override
  public Runnable start(Listener listener) {
    timer =
        scheduler.schedule(
            new TimeOut(), attempt.timeoutMillis() + GRACE_MILLIS, TimeUnit.MILLISECONDS);
    sockets.expect(carrier, attempt);
    Listener guarded = new GuardedListener(listener, this);
    HandshakeThreads threads = sockets.handshakeThreads();
    threads.gather();
    try {
      return delegate.start(guarded);
    } finally {
      threads.release();
    }
  }

  private final class TimeOut implements Runnable {
    @Override
    public void run() {
      Status status = attempt.timeOut();
      if (status != null) {
        delegate.shutdownNow(status);
      }
    }
  }

  /** The server's SETTINGS are there. */
  void ready() {
    ready = true;
    attempt.ready();
    timer.cancel(false);
  }

  /** The transport ends; what to tell of that instead of grpc-okhttp's status. */
  Status ended(Status status) {
    timer.cancel(false);
    return ready ? ExplainedStatus.explain(status) : attempt.explain(status);
  }

  /** Not before: a socket that is asked for after the end has to find that its attempt is over. */
  void terminated() {
    sockets.forget(carrier);
  }

  @Override
  public void shutdown(Status reason) {
    delegate.shutdown(reason);
    abort();
  }

  @Override
  public void shutdownNow(Status reason) {
    delegate.shutdownNow(reason);
    abort();
  }

  /** No call is on a transport that is not ready, and none will be. */
  private void abort() {
    attempt.abort();
  }

  @Override
  public ClientStream newStream(
      MethodDescriptor<?, ?> method,
      Metadata headers,
      CallOptions options,
      ClientStreamTracer[] tracers) {
    return new GuardedStream(
        delegate.newStream(method, headers, options, tracers),
        method.getType().clientSendsOneMessage());
  }

  @Override
  public void ping(PingCallback callback, Executor executor) {
    delegate.ping(callback, executor);
  }

  @Override
  public Attributes getAttributes() {
    return delegate.getAttributes();
  }

  @Override
  public ListenableFuture<SocketStats> getStats() {
    return delegate.getStats();
  }

  @Override
  public InternalLogId getLogId() {
    return delegate.getLogId();
  }

  @Override
  public String toString() {
    return delegate.toString();
  }
}
