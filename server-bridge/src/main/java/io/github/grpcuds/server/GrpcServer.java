package io.github.grpcuds.server;

import com.google.common.util.concurrent.MoreExecutors;
import io.github.grpcuds.transport.PeerCredentials;
import io.github.grpcuds.transport.PeerPolicy;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.backend.Listeners;
import io.github.grpcuds.transport.internal.channel.InheritedSocket;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import io.github.grpcuds.transport.internal.systemd.InheritedSockets;
import io.github.grpcuds.transport.internal.systemd.SystemdNotifier;
import io.grpc.InternalChannelz;
import io.grpc.InternalChannelz.SocketStats;
import io.grpc.InternalInstrumented;
import io.grpc.ServerStreamTracer;
import io.grpc.internal.GrpcUtil;
import io.grpc.internal.InternalServer;
import io.grpc.internal.ObjectPool;
import io.grpc.internal.ServerListener;
import io.grpc.internal.SharedResourcePool;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The listening socket and its connections as gRPC's server core sees them.
 *
 * <p>Its threads end, and what it has borrowed is given back, when it is shut down and the last
 * connection has ended.
 */
final class GrpcServer implements InternalServer {
  private static final ObjectPool<ScheduledExecutorService> TIMER_POOL =
      SharedResourcePool.forResource(GrpcUtil.TIMER_SERVICE);

  // Kinds of lines in the log.
  private static final Object REFUSED = "refused";
  private static final Object FULL = "full";

  private final TlsConfig tls;
  private final ServerConfig config;
  private final List<? extends ServerStreamTracer.Factory> tracers;
  private final InternalChannelz channelz;
  private final Executor executor;
  private final Executor oneByOne;
  private final Executor calls; // null if the user has set what runs them
  private final ConnectionPermits places;
  private final RateLimitedLog offenders = new RateLimitedLog();
  private final MemoryBudget memory;

  private final AtomicInteger runningLoops;
  private final AtomicBoolean stopping = new AtomicBoolean();

  // Set by start, if the socket is inherited.
  private volatile UdsAddress address;
  private volatile ListenSocket listenSocket;
  private PeerPolicy peerPolicy;

  // Set by start.
  private ServerListener listener;
  private EventLoops loops;
  private ScheduledExecutorService scheduler;

  // Guarded by this.
  private boolean shutdown;
  private boolean told; // the listener of the shutdown
  private int creating; // connections of which the listener is being told
  private int open; // connections
  private boolean released;

  /**
   * A server, not yet listening.
   *
   * @param address null for an inherited socket
   */
  GrpcServer(
      UdsAddress address,
      TlsConfig tls,
      ServerConfig config,
      List<? extends ServerStreamTracer.Factory> tracers,
      InternalChannelz channelz,
      Executor executor) {
    this.tls = tls;
    this.config = config;
    this.memory = new MemoryBudget(config.serverPendingBytes());
    this.places = new ConnectionPermits(config.placesToWaitFor());
    this.tracers = tracers;
    this.channelz = channelz;
    this.executor = executor;
    this.oneByOne = MoreExecutors.newSequentialExecutor(executor);
    this.calls = config.callsInLoops ? executor : null;
    this.runningLoops = new AtomicInteger(config.ioThreads);
    if (address != null) {
      locate(address);
    }
  }

  private void locate(UdsAddress where) {
    address = where;
    peerPolicy = config.peerPolicyOf(where);
    listenSocket = new ListenSocket(where);
  }

  ServerConfig config() {
    return config;
  }

  List<? extends ServerStreamTracer.Factory> tracers() {
    return tracers;
  }

  MemoryBudget memory() {
    return memory;
  }

  RateLimitedLog offenders() {
    return offenders;
  }

  /**
   * Runs what takes too long for an I/O thread, the cryptography of TLS handshakes: one after the
   * other, for a flood of them must leave processors to the calls of others.
   */
  Executor taskExecutor() {
    return oneByOne;
  }

  /** Writes what an I/O thread cannot write now, because it is in a call. */
  Executor writeExecutor() {
    return executor;
  }

  ScheduledExecutorService scheduler() {
    return scheduler;
  }

  ByteFilter newFilter() {
    return tls.newFilter();
  }

  @Override
  public void start(ServerListener serverListener) throws IOException {
    listener = serverListener;
    UdsListener socket = open();
    borrow();
    try {
      loops =
          new EventLoops(
              socket, address, config, calls, places, memory, this::accepted, this::loopEnded);
      loops.start();
    } catch (IOException | RuntimeException | Error e) {
      socket.close();
      giveBack();
      throw e;
    }
    channelz.addListenSocket(listenSocket);
    ServerLog.started(address, socket, config, tls != TlsConfig.PLAIN_TEXT, peerPolicy);
    tellSystemd("READY=1");
  }

  private UdsListener open() throws IOException {
    UdsListener socket = listenOrInherit();
    String whyNobody = whyNobodyMayConnect(socket);
    if (whyNobody != null) {
      socket.close();
      throw new IOException(
          "Cannot serve " + address + ": its peerPolicy lets nobody connect: " + whyNobody);
    }
    return socket;
  }

  private UdsListener listenOrInherit() throws IOException {
    if (address != null) {
      return Listeners.listen(address, config.socketFile, config.backlog);
    }
    InheritedSocket inherited = InheritedSockets.take(config.inheritedName);
    locate(inherited.address());
    return inherited.listener();
  }

  private String whyNobodyMayConnect(UdsListener socket) {
    boolean unknownMay = peerPolicy.allows(null);
    return socket.peerRefusal() != null && !unknownMay
        ? socket.peerRefusal()
        : peerPolicy.whyNobody();
  }

  private void tellSystemd(String state) {
    if (config.notifySystemd) {
      SystemdNotifier.tell(state);
    }
  }

  /** A connection came, in a thread of the loops. */
  private void accepted(UdsChannel channel, EventLoop loop) throws IOException {
    boolean counted = false;
    try {
      PeerCredentials peer = credentials(channel);
      if (allows(peer) && hasRoomFor(peer) && mayBegin()) {
        counted = true; // begin, or the end of the transport, gives the place back
        begin(channel, loop, new UdsPeer(address, peer));
      } else {
        channel.close();
      }
    } finally {
      if (!counted) {
        places.giveBack();
      }
    }
  }

  private boolean allows(PeerCredentials peer) {
    String refusal = peerPolicy.refusal(peer);
    if (refusal == null) {
      return true;
    }
    offenders.report(REFUSED, "Refused a connection to " + address + ": " + refusal);
    return false;
  }

  /**
   * A connection too many is closed without a word. GOAWAY would have to follow SETTINGS, and after
   * those clients take the connection for a good one: they would come again at once, where they now
   * back off.
   */
  private boolean hasRoomFor(PeerCredentials peer) {
    int limit = config.placesToBeRefusedOne();
    synchronized (this) {
      if (open < limit) {
        return true;
      }
    }
    String process = new UdsPeer(address, peer).process();
    offenders.report(
        FULL,
        "Refused a connection to "
            + address
            + ": all "
            + limit
            + " of maxConnections are taken, "
            + process);
    return false;
  }

  private synchronized boolean mayBegin() {
    if (shutdown) {
      return false;
    }
    creating++;
    open++;
    return true;
  }

  private void begin(UdsChannel channel, EventLoop loop, UdsPeer peer) {
    boolean begun = false;
    try {
      GrpcTransport transport = new GrpcTransport(this, channel, loop, peer);
      begun = true; // the transport itself will tell of its end
      ServerLog.connected(peer);
      transport.start(listener);
    } finally {
      created(begun);
    }
  }

  private static PeerCredentials credentials(UdsChannel channel) {
    try {
      return channel.peerCredentials();
    } catch (IOException e) {
      return null; // it is gone already, as the first read will tell
    }
  }

  private void created(boolean begun) {
    synchronized (this) {
      creating--;
      if (!begun) {
        open--;
      }
    }
    if (!begun) {
      places.giveBack();
    }
    tellOfShutdown();
    releaseIfDone();
  }

  /** The transport has told its listener that it is terminated. */
  void ended(UdsPeer peer) {
    ServerLog.disconnected(peer);
    synchronized (this) {
      open--;
    }
    places.giveBack();
    releaseIfDone();
  }

  /** Stops accepting before all else: in an inherited socket clients wait for the next server. */
  @Override
  public void shutdown() {
    if (!stopping.compareAndSet(false, true)) {
      return;
    }
    if (loops != null) {
      loops.stopAccepting();
      channelz.removeListenSocket(listenSocket);
      tellSystemd("STOPPING=1");
    }
    int connections;
    synchronized (this) {
      shutdown = true;
      connections = open;
    }
    if (loops != null) {
      ServerLog.stopping(address, connections);
    }
    tellOfShutdown();
    releaseIfDone();
  }

  /** Once, and when all connections that came before are known to the listener. */
  private void tellOfShutdown() {
    synchronized (this) {
      if (!shutdown || told || creating > 0 || listener == null) {
        return;
      }
      told = true;
    }
    listener.serverShutdown();
  }

  private void releaseIfDone() {
    synchronized (this) {
      if (!shutdown || released || open > 0 || creating > 0 || loops == null) {
        return;
      }
      released = true;
    }
    loops.close();
  }

  private void loopEnded() {
    if (runningLoops.decrementAndGet() == 0) {
      giveBack();
      ServerLog.stopped(address);
    }
  }

  private void borrow() {
    scheduler = config.scheduler != null ? config.scheduler : TIMER_POOL.getObject();
  }

  private void giveBack() {
    if (config.scheduler == null) {
      TIMER_POOL.returnObject(scheduler);
    }
  }

  @Override
  public SocketAddress getListenSocketAddress() {
    return address;
  }

  @Override
  public List<? extends SocketAddress> getListenSocketAddresses() {
    return address == null ? Collections.emptyList() : Collections.singletonList(address);
  }

  @Override
  public InternalInstrumented<SocketStats> getListenSocketStats() {
    return listenSocket;
  }

  @Override
  public List<InternalInstrumented<SocketStats>> getListenSocketStatsList() {
    return listenSocket == null ? Collections.emptyList() : Collections.singletonList(listenSocket);
  }
}
