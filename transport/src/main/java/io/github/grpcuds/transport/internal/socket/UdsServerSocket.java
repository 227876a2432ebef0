package io.github.grpcuds.transport.internal.socket;

import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.backend.Listeners;
import io.github.grpcuds.transport.internal.channel.AcceptRetry;
import io.github.grpcuds.transport.internal.channel.ConnectFailure;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A {@link ServerSocket} over a Unix domain socket.
 *
 * <p>Binding makes the socket file as {@link SocketFileOptions} say, closing deletes it. {@link
 * #accept} outlives passing shortages, as {@link AcceptRetry} has it. Safe for use by any thread:
 * {@code lock} guards the state, and acceptors wait their turn; a close waits for neither.
 */
public final class UdsServerSocket extends ServerSocket {
  private static final int FIRST_EPHEMERAL_PORT = 49_152; // RFC 6335, section 6

  private final UdsAddress target; // null if bind must name one
  private final SocketFileOptions fileOptions;
  private final int defaultBacklog;
  private final Object lock = new Object();
  private final ReentrantLock acceptTurn = new ReentrantLock();
  private final AcceptRetry retry = new AcceptRetry();

  private volatile UdsListener listener;
  private volatile UdsAddress localAddress;
  private volatile boolean closed;
  private volatile int soTimeout;
  private volatile int receiveBufferSize;
  private volatile int port; // that callers see; set before the listener
  private final TcpOptions options = new TcpOptions();

  public UdsServerSocket(UdsAddress target, SocketFileOptions fileOptions, int defaultBacklog)
      throws IOException {
    this.target = target;
    this.fileOptions = fileOptions;
    this.defaultBacklog = defaultBacklog;
  }

  @Override
  public void bind(SocketAddress endpoint) throws IOException {
    bind(endpoint, 0);
  }

  /**
   * Binds to the endpoint if it is a {@link UdsAddress}, else to the address of the factory.
   *
   * @param backlog how many connections may wait to be accepted; 0 or less takes the factory's
   *     number. The kernel cuts it (net.core.somaxconn on Linux).
   */
  @Override
  public void bind(SocketAddress endpoint, int backlog) throws IOException {
    UdsAddress address = endpoint instanceof UdsAddress ? (UdsAddress) endpoint : target;
    if (address == null) {
      throw new IllegalArgumentException("no Unix socket address to bind to: " + endpoint);
    }
    synchronized (lock) {
      checkOpen();
      if (listener != null) {
        throw new SocketException("Already bound to " + localAddress);
      }
      UdsListener made =
          Listeners.listen(address, fileOptions, backlog > 0 ? backlog : defaultBacklog);
      localAddress = address;
      port = port(endpoint, address);
      listener = made; // from now on others see all three
    }
  }

  /** The port that a caller asked for, or else one that no other address here is likely to have. */
  private static int port(SocketAddress endpoint, UdsAddress address) {
    int asked =
        endpoint instanceof InetSocketAddress ? ((InetSocketAddress) endpoint).getPort() : 0;
    return asked > 0
        ? asked
        : FIRST_EPHEMERAL_PORT + Math.floorMod(address.hashCode(), 65_536 - FIRST_EPHEMERAL_PORT);
  }

  /**
   * Waits for a connection.
   *
   * @throws SocketTimeoutException if none came in the time of {@link #setSoTimeout}
   * @throws SocketException if the socket is not bound or is closed, before or meanwhile
   */
  @Override
  public Socket accept() throws IOException {
    UdsListener listening = bound();
    int timeout = soTimeout;
    long deadline = System.nanoTime() + timeout * 1_000_000L;
    acceptTurn.lock();
    try {
      while (true) {
        UdsChannel accepted = retry.accept(listening, localAddress);
        if (accepted != null) {
          return accepted(accepted);
        }
        long left = timeout == 0 ? 0 : (deadline - System.nanoTime() + 999_999) / 1_000_000;
        if ((timeout != 0 && left <= 0) || !listening.awaitAcceptable(left)) {
          throw new SocketTimeoutException(
              "Accept timed out after " + timeout + " ms on " + localAddress);
        }
      }
    } finally {
      acceptTurn.unlock();
    }
  }

  private Socket accepted(UdsChannel channel) throws IOException {
    Socket socket = new UdsSocket(channel, localAddress);
    if (receiveBufferSize > 0) {
      try {
        socket.setReceiveBufferSize(receiveBufferSize);
      } catch (SocketException e) {
        // A hint; whatever is wrong with this connection shows when it is read.
      }
    }
    return socket;
  }

  private UdsListener bound() throws SocketException {
    checkOpen();
    UdsListener listening = listener;
    if (listening == null) {
      throw new SocketException("Socket is not bound yet");
    }
    return listening;
  }

  private void checkOpen() throws SocketException {
    if (closed) {
      throw ConnectFailure.closed();
    }
  }

  @Override
  public void close() throws IOException {
    UdsListener open;
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      open = listener;
    }
    retry.cancel();
    if (open != null) {
      open.close();
    }
  }

  @Override
  public boolean isBound() {
    return listener != null;
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  /** The {@link UdsAddress} bound to; null before. */
  @Override
  public SocketAddress getLocalSocketAddress() {
    return localAddress;
  }

  @Override
  public InetAddress getInetAddress() {
    return listener == null ? null : InetAddress.getLoopbackAddress();
  }

  /**
   * A number from 1 to 65535, for callers that build an URL of it or look for a free port: the port
   * that was asked for, or else one that follows from the address. Nothing listens there.
   */
  @Override
  public int getLocalPort() {
    return listener == null ? -1 : port;
  }

  /** Null: this socket belongs to no {@link java.nio.channels.ServerSocketChannel}. */
  @Override
  public java.nio.channels.ServerSocketChannel getChannel() {
    return null;
  }

  /**
   * Limits how long {@link #accept} waits.
   *
   * @param timeout milliseconds; 0 waits for ever
   */
  @Override
  public void setSoTimeout(int timeout) throws SocketException {
    checkOpen();
    if (timeout < 0) {
      throw new IllegalArgumentException("timeout < 0: " + timeout);
    }
    soTimeout = timeout;
  }

  @Override
  public int getSoTimeout() throws IOException {
    checkOpen();
    return soTimeout;
  }

  /** Sets the receive buffer of the sockets that are accepted from now on. */
  @Override
  public void setReceiveBufferSize(int size) throws SocketException {
    if (size <= 0) {
      throw new IllegalArgumentException("buffer size <= 0: " + size);
    }
    checkOpen();
    receiveBufferSize = size;
  }

  @Override
  public int getReceiveBufferSize() throws SocketException {
    checkOpen();
    return receiveBufferSize > 0 ? receiveBufferSize : TcpOptions.DEFAULT_BUFFER_BYTES;
  }

  @Override
  public void setReuseAddress(boolean on) throws SocketException {
    checkOpen();
    options.reuseAddress = on;
  }

  @Override
  public boolean getReuseAddress() throws SocketException {
    checkOpen();
    return options.reuseAddress;
  }

  @Override
  public void setPerformancePreferences(int connectionTime, int latency, int bandwidth) {}

  /** Java 9's way to set an option. */
  public <T> ServerSocket setOption(SocketOption<T> name, T value) throws IOException {
    SocketOptionNames.check(SocketOptionNames.SERVER, name);
    checkOpen();
    Object given = SocketOptionNames.value(name, value);
    switch (SocketOptionNames.of(name)) {
      case "SO_RCVBUF":
        setReceiveBufferSize((Integer) given);
        break;
      case "SO_REUSEADDR":
        setReuseAddress((Boolean) given);
        break;
      case "IP_TOS":
        options.setTrafficClass((Integer) given);
        break;
      default:
        options.setOther(SocketOptionNames.of(name), given);
    }
    return this;
  }

  /** Java 9's way to read an option. */
  public <T> T getOption(SocketOption<T> name) throws IOException {
    SocketOptionNames.check(SocketOptionNames.SERVER, name);
    checkOpen();
    return SocketOptionNames.cast(name, option(SocketOptionNames.of(name)));
  }

  private Object option(String name) throws SocketException {
    switch (name) {
      case "SO_RCVBUF":
        return getReceiveBufferSize();
      case "SO_REUSEADDR":
        return getReuseAddress();
      case "IP_TOS":
        return options.trafficClass;
      default:
        return options.other(name);
    }
  }

  /** Java 9's list of options: those of a TCP socket. It would open one to ask it. */
  public Set<SocketOption<?>> supportedOptions() {
    return SocketOptionNames.SERVER;
  }

  /** Such as {@code UdsServerSocket[unix:/run/app.sock, jdk]}, with the backend that serves it. */
  @Override
  public String toString() {
    UdsListener listening = listener;
    return listening == null
        ? "UdsServerSocket[unbound]"
        : "UdsServerSocket[" + localAddress + ", " + listening.backend() + "]";
  }
}
