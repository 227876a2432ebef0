package io.github.grpcuds.okhttp;

import io.github.grpcuds.transport.PeerCredentials;
import io.github.grpcuds.transport.PeerPolicy;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import io.github.grpcuds.transport.internal.socket.SocketStreams;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.SocketFactory;

/**
 * Connects the transports of one channel.
 *
 * <p>grpc-okhttp calls it from a thread of its transport executor, and cannot end a connect that it
 * began: hence the time-out, and {@link #abort} for a channel that is shut down meanwhile.
 */
final class TransportSocketFactory extends SocketFactory {
  private final int connectTimeoutMillis;
  private final PeerPolicy serverPolicy; // null: the default, which depends on the address
  private final CredentialsGuard credentialsGuard;
  private final TransportExecutor executor;
  private final HandshakeThreads handshakeThreads;
  private final long busyPollNanos;
  private final long stuckMillis; // until a connection ends whose server reads nothing; 0: never
  private final Set<Socket> connecting = ConcurrentHashMap.newKeySet();

  /** By the very instance that comes back in createSocket, for many may be equal. */
  private final Map<InetAddress, ConnectAttempt> expected =
      Collections.synchronizedMap(new IdentityHashMap<>());

  private volatile boolean aborted;

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

  private Socket connect(ConnectAttempt attempt) throws IOException {
    UdsAddress address = attempt.address;
    Socket socket = SocketStreams.unconnected(address, new Streams(attempt), busyPollNanos);
    boolean connected = false;
    connecting.add(socket);
    try {
      if (!attempt.connecting(socket) || aborted) {
        throw new SocketException("channel is shut down: " + address);
      }
      socket.connect(address, connectTimeoutMillis);
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

  private final class Streams implements SocketStreams.Factory {
    private final ConnectAttempt attempt;

    Streams(ConnectAttempt attempt) {
      this.attempt = attempt;
    }

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
      try {
        socket.close();
      } catch (IOException e) {
        // The socket is closed all the same, and its connect has ended.
      }
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
