package io.github.grpcuds.server;

import io.github.grpcuds.http2.internal.HeaderList;
import io.github.grpcuds.http2.internal.Http2Stream;
import io.grpc.Attributes;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.internal.KeepAliveEnforcer;
import io.grpc.internal.ServerTransportListener;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;

/**
 * The open calls of a connection.
 *
 * <p>No more have handlers that run than may be open: where a call has ended and its handler has
 * not returned, the next one waits for that.
 */
final class Calls {
  /** Made before it is needed, which may be when there is no memory. */
  private static final String CRASH = "A call failed in the transport";

  private final Wire wire;
  private final ServerConfig config;
  private final List<? extends ServerStreamTracer.Factory> tracers;
  private final RateLimitedLog offenders;
  private final Runnable onIdle;
  private final MessageMemory held;
  private final ConnectionTurns turns = new ConnectionTurns();
  private final TransportCounters counters = new TransportCounters(); // guarded by the lock
  private final KeepAliveEnforcer enforcer; // guarded by the lock

  // Guarded by the lock.
  private Exchange newest; // and, by way of previous, the other open ones
  private Exchange firstWaiting; // to be admitted: it and all newer ones; null if none
  private int admitted; // begin, or have begun, and their handlers have not returned
  private int open;
  private long idleSince = System.nanoTime();
  private boolean ready;

  private final Retries.Attempt admitAgain =
      new Retries.Attempt() {
        @Override
        void attempt() {
          wire.lock();
          try {
            admit();
          } finally {
            wire.unlock();
          }
        }
      };

  // Set before the first call begins.
  private ServerTransportListener listener;
  private Attributes attributes;

  /**
   * Calls that begin when {@link #ready} was called.
   *
   * @param held counts the messages of the calls
   * @param onIdle runs without the lock whenever the last open call has ended
   */
  Calls(
      Wire wire,
      ServerConfig config,
      List<? extends ServerStreamTracer.Factory> tracers,
      RateLimitedLog offenders,
      MessageMemory held,
      Runnable onIdle) {
    this.wire = wire;
    this.config = config;
    this.tracers = tracers;
    this.offenders = offenders;
    this.onIdle = onIdle;
    this.held = held;
    this.enforcer =
        new KeepAliveEnforcer(
            config.permitKeepAliveWithoutCalls, config.permitKeepAliveNanos, TimeUnit.NANOSECONDS);
  }

  // Under the lock.

  TransportCounters counters() {
    return counters;
  }

  int open() {
    return open;
  }

  /** Since when there is no call, as nanoTime has it; of no meaning if there is one. */
  long idleSince() {
    return idleSince;
  }

  /** False if the peer pings more often than allowed. */
  boolean acceptPing() {
    return enforcer.pingAcceptable();
  }

  void sending() {
    enforcer.resetCounters();
  }

  void request(Http2Stream stream, HeaderList headers, boolean endOfStream) {
    Exchange exchange = new Exchange(this, wire, stream, headers, endOfStream);
    stream.attach(exchange);
    add(exchange);
  }

  /** Takes a new one in. */
  void add(Exchange exchange) {
    exchange.previous = newest;
    if (newest != null) {
      newest.next = exchange;
    }
    newest = exchange;
    open++;
    if (open == 1) {
      enforcer.onTransportActive();
    }
    if (firstWaiting == null) {
      firstWaiting = exchange;
    }
    admit();
    if (!exchange.admitted) {
      exchange.waitsSince = System.nanoTime();
    }
  }

  boolean isReady() {
    return ready;
  }

  /** Lets calls begin, the oldest first, as many as may and there is memory for. */
  private void admit() {
    while (ready && firstWaiting != null && admitted < config.maxConcurrentCalls) {
      Exchange exchange = firstWaiting;
      exchange.schedule(); // or it goes on waiting
      firstWaiting = exchange.next;
      exchange.admitted = true;
      admitted++;
    }
  }

  /** As {@link #admit}, where nobody else would try again. */
  private void admitSoon() {
    try {
      admit();
    } catch (OutOfMemoryError e) {
      MemoryReserve.SHARED.letGoFor(e);
      wire.retry(admitAgain);
    }
  }

  private Exchange oldest() {
    Exchange exchange = newest;
    while (exchange != null && exchange.previous != null) {
      exchange = exchange.previous;
    }
    return exchange;
  }

  void abortAll(Status status) {
    for (Exchange exchange = oldest(); exchange != null; exchange = exchange.next) {
      exchange.abort(status);
      exchange.schedule(); // it may have waited for ready
    }
  }

  private void remove(Exchange exchange) {
    if (exchange == firstWaiting) {
      firstWaiting = exchange.next;
    }
    if (exchange.previous != null) {
      exchange.previous.next = exchange.next;
    }
    if (exchange.next != null) {
      exchange.next.previous = exchange.previous;
    } else {
      newest = exchange.previous;
    }
    open--;
    if (open == 0) {
      enforcer.onTransportIdle();
      idleSince = System.nanoTime();
    }
  }

  // Without the lock.

  /** Lets calls begin, those that came before included. */
  void ready(ServerTransportListener listener, Attributes attributes) {
    this.listener = listener;
    this.attributes = attributes;
    wire.lock();
    try {
      ready = true;
      for (Exchange exchange = oldest(); exchange != null; exchange = exchange.next) {
        exchange.scheduleIfFailed();
      }
      admitSoon();
    } finally {
      wire.unlock();
    }
  }

  int maxMetadataSize() {
    return config.maxInboundMetadataSize;
  }

  GrpcStream newStream(Exchange exchange, RequestHead head) {
    HandedMessages handed = new HandedMessages(held);
    CallTracers started = new CallTracers(tracers.size() + 1);
    GrpcStream stream = null;
    try {
      for (ServerStreamTracer.Factory factory : tracers) {
        started.start(factory, head);
      }
      started.add(handed); // as the last
      stream =
          new GrpcStream(
              exchange,
              head.authority,
              attributes,
              started.context(head),
              counters.tracer,
              config.maxInboundMessageSize,
              held,
              handed);
      return stream;
    } finally {
      if (stream == null) {
        started.close(Exchange.CRASHED);
      }
    }
  }

  void begin(GrpcStream stream, RequestHead head) {
    wire.lock();
    try {
      counters.callStarted();
    } finally {
      wire.unlock();
    }
    listener.streamCreated(stream, head.method, head.metadata);
    stream.transportState().onStreamAllocated();
  }

  void ended(Exchange exchange, GrpcStream call, boolean completed) {
    boolean idle;
    wire.lock();
    try {
      remove(exchange);
      if (call != null) {
        counters.callEnded(completed && call.isClosedOk());
      }
      idle = open == 0;
    } finally {
      wire.unlock();
    }
    if (idle) {
      onIdle.run();
    }
  }

  /** A call is over, and its handlers have returned; in any thread, perhaps more than once. */
  void release(Exchange exchange) {
    wire.lock();
    try {
      if (exchange.admitted && !exchange.released) {
        exchange.released = true;
        admitted--;
        admitSoon();
      }
    } finally {
      wire.unlock();
    }
  }

  ConnectionTurns turns() {
    return turns;
  }

  void logFailure(Throwable e) {
    offenders.report(e.getClass(), Level.SEVERE, "A handler failed", e);
  }

  void logCrash(Throwable e) {
    offenders.report(e.getClass(), Level.SEVERE, CRASH, e);
  }
}
