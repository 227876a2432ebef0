package io.github.grpcuds.server;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import io.github.grpcuds.executor.internal.SafeLog;
import io.github.grpcuds.http2.internal.ErrorCode;
import io.github.grpcuds.http2.internal.HeaderList;
import io.github.grpcuds.http2.internal.Http2Connection;
import io.github.grpcuds.http2.internal.Http2Limits;
import io.github.grpcuds.http2.internal.Http2Listener;
import io.github.grpcuds.http2.internal.Http2Stream;
import io.github.grpcuds.http2.internal.InputChunk;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.InternalChannelz;
import io.grpc.InternalChannelz.SocketStats;
import io.grpc.InternalLogId;
import io.grpc.SecurityLevel;
import io.grpc.Status;
import io.grpc.internal.GrpcAttributes;
import io.grpc.internal.ServerListener;
import io.grpc.internal.ServerTransport;
import io.grpc.internal.ServerTransportListener;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.logging.Level;
import javax.net.ssl.SSLSession;

/**
 * A connection as gRPC's server core sees it.
 *
 * <p>What HTTP/2 tells comes in under the connection's lock and is noted; gRPC is told without it,
 * of a call by the tasks of its {@link Exchange}, of the rest by tasks of the connection's own, so
 * that ready comes before terminated, and that comes last and once.
 */
final class GrpcTransport
    implements ServerTransport, Http2Listener, ServerConnection.Listener, KeepAlive.Peer {
  private static final Object TLS = "TLS"; // a kind of lines in the log

  private static final SafeLog.Line NOT_TOLD =
      new SafeLog(GrpcTransport.class).line(Level.WARNING, "The end of a connection was not told");

  /** What TLS costs a connection at rest. */
  private static final int TLS_COST = 48 * 1024;

  /** How often gRPC is told of the end, if what the user has added to it throws. */
  private static final int MOST_IN_VAIN = 10;

  private static final long KEEP_ALIVE_PING = 0x6b65_6570_616c_6976L;

  private final GrpcServer server;
  private final ServerConfig config;
  private final UdsPeer peer;
  private final InternalLogId logId;
  private final ServerConnection connection;
  private final ConnectionMemory memory;
  private final ByteFilter filter;
  private final SerialQueue tasks = new SerialQueue();
  private final Calls calls;
  private final GracefulEnd gracefulEnd;
  private final KeepAlive keepAlive;
  private final IdleLimit idleLimit;
  private final RestartableTimer ageLimit;

  private ServerListener serverListener; // set before the connection starts
  private ServerTransportListener listener; // as serverListener; null if that could not be told
  private volatile SSLSession session; // null in plain text, and before TLS' handshake is done
  private volatile long lastReadNanos = System.nanoTime();

  // Guarded by the connection's lock.
  private boolean ready;
  private boolean pingsRefused;
  private boolean ending; // at once, not gracefully
  private boolean closed;

  // Of the tasks alone.
  private boolean terminated;
  private int toldInVain; // how often gRPC has thrown

  private final Retries.Attempt noCalls =
      new Retries.Attempt() {
        @Override
        void attempt() {
          callsEnded();
        }
      };

  private final Retries.Attempt termination =
      new Retries.Attempt() {
        @Override
        void attempt() {
          execute(GrpcTransport.this::terminateIfDone);
        }
      };

  /** For a connection just accepted; {@link #start} sets it going. */
  GrpcTransport(GrpcServer server, UdsChannel channel, EventLoop loop, UdsPeer peer) {
    this.server = server;
    this.config = server.config();
    this.peer = peer;
    this.logId = InternalLogId.allocate(getClass(), peer.toString());
    this.filter = server.newFilter();
    MessageMemory held =
        new MessageMemory(
            config.pendingBytes(), config.maxPendingBytes == 0 ? server.memory() : null);
    this.memory = new ConnectionMemory(server.memory(), loop, held);
    Http2Limits limits = config.http2Limits();
    limits.memory = memory;
    this.connection =
        new ServerConnection(
            channel,
            loop,
            filter,
            server.taskExecutor(),
            server.writeExecutor(),
            limits,
            this,
            this,
            config.directExecutor,
            memory);
    ScheduledExecutorService scheduler = server.scheduler();
    this.calls =
        new Calls(
            new ConnectionWire(connection, scheduler),
            config,
            server.tracers(),
            server.offenders(),
            held,
            this::callsEnded);
    this.gracefulEnd =
        new GracefulEnd(
            connection,
            calls,
            scheduler,
            () -> shutdownNow(Status.UNAVAILABLE.withDescription("The grace time is over")));
    this.keepAlive =
        new KeepAlive(this, scheduler, config.keepAliveNanos, config.keepAliveTimeoutNanos);
    this.idleLimit =
        new IdleLimit(this::idleNanos, () -> end("max_idle"), scheduler, config.maxIdleNanos);
    this.ageLimit = new RestartableTimer(scheduler);
  }

  /** Tells of the beginning. From here on the listener is told of the end, whatever happens. */
  void start(ServerListener toBeTold) {
    serverListener = toBeTold;
    try {
      listener = toBeTold.transportCreated(this);
      memory.begin(connection, filter instanceof TlsFilter ? TLS_COST : 0);
      connection.start();
    } catch (RuntimeException | Error e) {
      connection.fail(e);
    }
  }

  private Http2Connection http2() {
    return connection.http2();
  }

  // ServerConnection.Listener, without the lock.

  @Override
  public void established() {
    if (filter instanceof TlsFilter) {
      session = ((TlsFilter) filter).session();
    }
  }

  @Override
  public void closed(String reason) {
    gracefulEnd.stop();
    keepAlive.stop();
    idleLimit.stop();
    ageLimit.stop();
    boolean handshakeFailed;
    connection.lock();
    try {
      closed = true;
      handshakeFailed =
          filter instanceof TlsFilter
              && session == null
              && !ending
              && !reason.equals(ServerConnection.CLIENT_CLOSED);
      calls.abortAll(Status.UNAVAILABLE.withDescription(reason));
    } finally {
      connection.unlock();
    }
    if (handshakeFailed) {
      report(TLS, reason);
    }
    execute(this::terminateIfDone);
  }

  // Http2Listener, under the lock.

  @Override
  public void onPreface() {
    lastReadNanos = System.nanoTime();
    connection.later(tasks, this::ready);
  }

  @Override
  public void onRequest(Http2Stream stream, HeaderList headers, boolean endOfStream) {
    lastReadNanos = System.nanoTime();
    calls.request(stream, headers, endOfStream);
  }

  @Override
  public void onData(
      Http2Stream stream, byte[] buffer, int offset, int length, boolean endOfStream) {
    lastReadNanos = System.nanoTime();
    BulkYield.received(length);
    exchange(stream).onData(buffer, offset, length, endOfStream);
  }

  @Override
  public void onData(
      Http2Stream stream, InputChunk chunk, int offset, int length, boolean endOfStream) {
    lastReadNanos = System.nanoTime();
    BulkYield.received(length);
    exchange(stream).onData(chunk, offset, length, endOfStream);
  }

  @Override
  public void onSent(Http2Stream stream, int bytes) {
    exchange(stream).onSent(bytes);
  }

  @Override
  public void onReset(Http2Stream stream, ErrorCode error, String reason) {
    lastReadNanos = System.nanoTime();
    exchange(stream).onReset(error, reason);
  }

  @Override
  public void onClosed(Http2Stream stream) {
    exchange(stream).onClosed();
  }

  private static Exchange exchange(Http2Stream stream) {
    return (Exchange) stream.attachment();
  }

  @Override
  public void onPing() {
    lastReadNanos = System.nanoTime();
    if (!pingsRefused && !calls.acceptPing()) {
      pingsRefused = true;
      connection.later(tasks, this::tooManyPings);
    }
  }

  @Override
  public void onPingAck(long payload) {
    lastReadNanos = System.nanoTime();
    if (payload == GracefulEnd.PING) {
      connection.later(tasks, gracefulEnd::announce);
    }
  }

  /** It ends when the calls do, by the peer's will. */
  @Override
  public void onGoAway(ErrorCode error, String debugData) {
    lastReadNanos = System.nanoTime();
  }

  @Override
  public void onConnectionError(ErrorCode error, String reason) {
    ending = true;
    connection.later(
        tasks,
        () -> {
          reportOffence(error, reason);
          connection.closeWhenWritten(null);
        });
  }

  // Tasks, without the lock.

  private void execute(Runnable task) {
    if (tasks.add(task)) {
      connection.run(tasks);
    }
  }

  /** The peer speaks HTTP/2. */
  private void ready() {
    try {
      Attributes attributes = listener.transportReady(attributes());
      connection.lock();
      try {
        ready = true;
      } finally {
        connection.unlock();
      }
      startTimers();
      calls.ready(listener, attributes);
    } catch (RuntimeException | Error e) {
      MemoryReserve.SHARED.letGoFor(e);
      connection.closeNow("the server failed");
      server.offenders().report(e.getClass(), Level.WARNING, "A connection could not begin", e);
    }
  }

  private Attributes attributes() {
    Attributes.Builder attributes =
        Attributes.newBuilder()
            .set(Grpc.TRANSPORT_ATTR_LOCAL_ADDR, server.getListenSocketAddress())
            .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, peer);
    if (peer.credentials() != null) {
      attributes.set(PeerIdentity.ATTRIBUTE, peer.credentials());
    }
    SSLSession tls = session;
    if (tls == null) {
      return attributes.set(GrpcAttributes.ATTR_SECURITY_LEVEL, SecurityLevel.NONE).build();
    }
    return attributes
        .set(Grpc.TRANSPORT_ATTR_SSL_SESSION, tls)
        .set(GrpcAttributes.ATTR_SECURITY_LEVEL, SecurityLevel.PRIVACY_AND_INTEGRITY)
        .build();
  }

  private void startTimers() {
    if (config.keepAliveNanos != ServerConfig.OFF) {
      keepAlive.start();
    }
    if (config.maxIdleNanos != ServerConfig.OFF) {
      idleLimit.start();
    }
    if (config.maxAgeNanos != ServerConfig.OFF) {
      // Not all of a server's connections at once: 10 % more or less (gRFC A9).
      double jitter = ThreadLocalRandom.current().nextDouble(0.9, 1.1);
      ageLimit.set(
          () -> gracefulEnd.begin("max_age", config.maxAgeGraceNanos),
          (long) (jitter * config.maxAgeNanos));
    }
  }

  private void tooManyPings() {
    Status status = Status.RESOURCE_EXHAUSTED.withDescription("Too many pings from client");
    if (endNow(ErrorCode.ENHANCE_YOUR_CALM, "too_many_pings", status)) {
      reportOffence(ErrorCode.ENHANCE_YOUR_CALM, "too many pings");
    }
  }

  private void reportOffence(ErrorCode error, String reason) {
    report(error, reason + " (" + error + ")");
  }

  private void report(Object kind, String reason) {
    String message =
        "Closed a connection to "
            + server.getListenSocketAddress()
            + ": "
            + reason
            + ", "
            + peer.process();
    server.offenders().report(kind, message);
  }

  private void callsEnded() {
    try {
      gracefulEnd.callsEnded();
      execute(this::terminateIfDone);
    } catch (OutOfMemoryError e) {
      MemoryReserve.SHARED.letGoFor(e);
      connection.retry(noCalls);
    }
  }

  private void terminateIfDone() {
    boolean done;
    connection.lock();
    try {
      done = closed && calls.open() == 0;
    } finally {
      connection.unlock();
    }
    if (done && !terminated) {
      terminate();
    }
  }

  private void terminate() {
    try {
      if (listener == null) { // it may know the transport all the same, and wait for its end
        listener = serverListener.transportCreated(this);
      }
      listener.transportTerminated();
    } catch (OutOfMemoryError | StackOverflowError e) {
      MemoryReserve.SHARED.letGoFor(e);
      connection.retry(termination); // or the server would wait for this one's end for ever
      return;
    } catch (RuntimeException | Error e) {
      NOT_TOLD.log(e);
      if (++toldInVain < MOST_IN_VAIN) { // a filter has thrown: gRPC has not come to its own part
        connection.retry(termination);
        return;
      }
    }
    terminated = true;
    memory.close();
    server.ended(peer);
  }

  // ServerTransport, in any thread.

  @Override
  public void shutdown() {
    end("app_requested");
  }

  private void end(String reason) {
    if (isReady()) {
      gracefulEnd.begin(reason, ServerConfig.OFF);
    } else {
      connection.closeNow(reason);
    }
  }

  @Override
  public void shutdownNow(Status reason) {
    if (isReady()) {
      endNow(ErrorCode.NO_ERROR, "", reason);
    } else {
      connection.closeNow(String.valueOf(reason.getDescription()));
    }
  }

  private boolean isReady() {
    connection.lock();
    try {
      return ready;
    } finally {
      connection.unlock();
    }
  }

  /** False if it is ending in this way already. */
  private boolean endNow(ErrorCode error, String debugData, Status status) {
    connection.lock();
    try {
      if (ending || closed) {
        return false;
      }
      ending = true;
      calls.abortAll(status);
      http2().goAway(http2().lastStreamId(), error, debugData);
    } finally {
      connection.unlock();
    }
    connection.closeWhenWritten(status.toString());
    return true;
  }

  @Override
  public ScheduledExecutorService getScheduledExecutorService() {
    return server.scheduler();
  }

  @Override
  public ListenableFuture<SocketStats> getStats() {
    SSLSession tls = session;
    return Futures.immediateFuture(
        new SocketStats(
            stats(),
            server.getListenSocketAddress(),
            peer,
            new InternalChannelz.SocketOptions.Builder().build(),
            tls == null ? null : new InternalChannelz.Security(new InternalChannelz.Tls(tls))));
  }

  private InternalChannelz.TransportStats stats() {
    connection.lock();
    try {
      return calls.counters().stats(http2().receiveWindow(), http2().sendWindow());
    } finally {
      connection.unlock();
    }
  }

  @Override
  public InternalLogId getLogId() {
    return logId;
  }

  @Override
  public String toString() {
    return "GrpcTransport " + logId.getId() + " " + peer;
  }

  // What the timers ask and do, in their threads.

  private long idleNanos() {
    connection.lock();
    try {
      return calls.open() > 0 ? 0 : System.nanoTime() - calls.idleSince();
    } finally {
      connection.unlock();
    }
  }

  @Override
  public long lastReadNanos() {
    return lastReadNanos;
  }

  @Override
  public void ping() {
    connection.lock();
    try {
      http2().ping(KEEP_ALIVE_PING);
      calls.counters().keepAliveSent();
    } finally {
      connection.unlock();
    }
    connection.flush();
  }

  @Override
  public void giveUp() {
    connection.closeNow("keepalive failed: the peer did not answer a ping");
  }
}
