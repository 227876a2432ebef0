package io.github.grpcuds.okhttp;

import io.github.grpcuds.transport.PeerCredentials;
import io.github.grpcuds.transport.PeerPolicy;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.FileFailures;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import io.github.grpcuds.transport.internal.socket.SocketStreams;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.net.SocketFactory;

/**
 * Connects the transports of one channel.
 *
 * <p>grpc-okhttp calls it from a thread of its transport executor, and cannot end a connect that it
 * began: hence the time-out, and {@link #abort} for a channel that is shut down meanwhile.
 */
final class TransportSocketFactory extends SocketFactory implements SocketWatch.Client {
  /** Whether there is room in a server's backlog is known at once. */
  private static final int TRY_MILLIS = 1;

  private final int connectTimeoutMillis;
  private final PeerPolicy serverPolicy; // null: the default, which depends on the address
  private final CredentialsGuard credentialsGuard;
  private final TransportExecutor executor;
  private final HandshakeThreads handshakeThreads;
  private final long busyPollNanos;
  private final long stuckMillis; // until a connection ends whose server reads nothing; 0: never
  private final Set<Socket> connecting = Collections.newSetFromMap(new ConcurrentHashMap<>());

  /** By the very instance that comes back in createSocket, for many may be equal. */
  private final Map<InetAddress, ConnectAttempt> expected =
      Collections.synchronizedMap(new IdentityHashMap<>());

  private volatile boolean aborted;
  private volatile ManagedChannel channel; // to be woken when a socket appears; null: is not

  /** Connected by {@link #tryConnect}, for the next attempts. */
  private final ConcurrentMap<UdsAddress, Prepared> prepared = new ConcurrentHashMap<>();

  TransportSocketFactory(
      int connectTimeoutMillis,
      PeerPolicy serverPolicy,
      CredentialsGuard credentialsGuard,
      TransportExecutor executor,
      HandshakeThreads handshakeThreads,
      long busyPollNanos,
      long stuckMillis) {
    this.connectTimeoutMillis = connectTimeoutMillis;
    this.serverPolicy = serverPolicy;
    this.credentialsGuard = credentialsGuard;
    this.executor = executor;
    this.handshakeThreads = handshakeThreads;
    this.busyPollNanos = busyPollNanos;
    this.stuckMillis = stuckMillis;
  }

  ConnectAttempt newAttempt(UdsAddress address, boolean tls) {
    return new ConnectAttempt(address, tls, connectTimeoutMillis);
  }

  /** An attempt's socket will be asked for by this carrier of its address. */
  void expect(InetAddress carrier, ConnectAttempt attempt) {
    expected.put(carrier, attempt);
  }

  void forget(InetAddress carrier) {
    expected.remove(carrier);
  }

  HandshakeThreads handshakeThreads() {
    return handshakeThreads;
  }

  @Override
  public Socket createSocket(InetAddress carrier, int port) {
    try {
      ConnectAttempt known = expected.remove(carrier);
      return connect(known == null ? newAttempt(CarrierAddress.unwrap(carrier), false) : known);
    } catch (IOException | LinkageError e) {
      // grpc-okhttp hides an IOException in the cause of its status, and an Error hangs its calls.
      throw TransportSocketFactory.<RuntimeException>unchecked(
          Status.UNAVAILABLE.withDescription(e.getMessage()).withCause(e).asException());
    }
  }

  /** From now on its back-off ends when a socket appears to which it could not connect. */
  void wakes(ManagedChannel built) {
    channel = built;
  }

  private Socket connect(ConnectAttempt attempt) throws IOException {
    UdsAddress address = attempt.address;
    SocketWatch.SHARED.cancel(address, this);
    Prepared early = prepared.remove(address);
    if (early == null) {
      early = unconnected(address);
    }
    early.streams.attempt = attempt;
    Socket socket = early.socket;
    boolean connected = false;
    connecting.add(socket);
    try {
      if (!attempt.connecting(socket) || aborted) {
        throw new SocketException("channel is shut down: " + address);
      }
      if (!socket.isConnected()) {
        connect(socket, address);
      }
      check(address, socket);
      attempt.connected();
      connected = true;
      return socket;
    } finally {
      connecting.remove(socket);
      if (!connected) {
        socket.close();
      }
    }
  }

  private void connect(Socket socket, UdsAddress address) throws IOException {
    try {
      socket.connect(address, connectTimeoutMillis);
    } catch (IOException e) {
      if (e instanceof ConnectException || FileFailures.get().includes(e)) {
        awaitSocket(address); // no socket, no server, no permission
      }
      throw e;
    }
  }

  private void awaitSocket(UdsAddress address) {
    if (channel == null) {
      return;
    }
    try {
      SocketWatch.SHARED.await(address, this);
    } catch (OutOfMemoryError e) {
      // No thread for it: gRPC's back-off serves.
    }
    if (channel == null) { // which has been shut down meanwhile
      SocketWatch.SHARED.cancel(address, this);
    }
  }

  @Override
  public boolean tryConnect(UdsAddress address) {
    Prepared early = null;
    boolean kept = false;
    try {
      early = unconnected(address);
      early.socket.connect(address, TRY_MILLIS);
      kept = prepared.putIfAbsent(address, early) == null;
      return true;
    } catch (SocketTimeoutException e) {
      return true; // its backlog is full
    } catch (IOException e) {
      return false;
    } finally {
      if (early != null && !kept) {
        close(early.socket);
      }
      if (channel == null) { // which has been shut down meanwhile
        forget(address);
      }
    }
  }

  @Override
  public void wake() {
    ManagedChannel waiting = channel;
    if (waiting != null) {
      waiting.resetConnectBackoff();
    }
  }

  @Override
  public void forget(UdsAddress address) {
    Prepared early = prepared.remove(address);
    if (early != null) {
      close(early.socket);
    }
  }

  /** No socket is waited for any more. */
  void stopWaiting(Collection<UdsAddress> addresses) {
    channel = null;
    for (UdsAddress address : addresses) {
      SocketWatch.SHARED.cancel(address, this);
      forget(address);
    }
  }

  private Prepared unconnected(UdsAddress address) throws IOException {
    Streams streams = new Streams();
    return new Prepared(SocketStreams.unconnected(address, streams, busyPollNanos), streams);
  }

  private static final class Prepared {
    final Socket socket;
    final Streams streams;

    Prepared(Socket socket, Streams streams) {
      this.socket = socket;
      this.streams = streams;
    }
  }

  private final class Streams implements SocketStreams.Factory {
    private volatile ConnectAttempt attempt; // set before anybody asks for the streams

    @Override
    public SocketStreams create(Socket socket, UdsChannel channel, InputStream input) {
      ConnectionWriter writer = new ConnectionWriter(socket, channel, executor, stuckMillis);
      InputStream batched = new BatchedInput(input, channel, writer);
      return new SocketStreams(new AttemptInput(batched, attempt), writer.output());
    }
  }

  /** Before the first byte is sent: a server of the wrong user learns nothing. */
  private void check(UdsAddress address, Socket socket) throws IOException {
    PeerPolicy policy = policyFor(address);
    if (policy == null) {
      return; // to ask who it is takes some 20 ms the first time, with jdk
    }
    String refusal = policy.refusal(PeerCredentials.of(socket));
    if (refusal != null) {
      throw new SocketException("refused the server at " + address + ": " + refusal);
    }
    if (!policy.allows(null)) { // else it would let anybody pass
      credentialsGuard.verified(socket.getRemoteSocketAddress());
    }
  }

  /**
   * Null if the server may be anybody. Any user can take an abstract name, and wait there for
   * clients of another's server.
   */
  private PeerPolicy policyFor(UdsAddress address) {
    if (serverPolicy != null) {
      return serverPolicy;
    }
    return address.isAbstract() ? PeerPolicy.sameUser() : null;
  }

  /** grpc-okhttp takes a StatusException from here, but SocketFactory declares none. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> T unchecked(Throwable t) throws T {
    throw (T) t;
  }

  /** Ends the connects that are under way, later ones, and connections that are stuck. */
  void abort() {
    aborted = true;
    executor.abort();
    for (Socket socket : connecting) {
      close(socket);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is closed all the same, and its connect has ended.
    }
  }

  @Override
  public Socket createSocket(String host, int port) {
    throw noSuchAddress(host);
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
    throw noSuchAddress(host);
  }

  @Override
  public Socket createSocket(InetAddress address, int port, InetAddress localHost, int localPort) {
    return createSocket(address, port);
  }

  private static UnsupportedOperationException noSuchAddress(String host) {
    return new UnsupportedOperationException("not the address of a Unix domain socket: " + host);
  }
}
