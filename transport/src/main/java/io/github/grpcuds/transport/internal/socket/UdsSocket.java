package io.github.grpcuds.transport.internal.socket;

import io.github.grpcuds.transport.PeerCredentials;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.UserTypes;
import io.github.grpcuds.transport.internal.backend.Connector;
import io.github.grpcuds.transport.internal.channel.BusyPoll;
import io.github.grpcuds.transport.internal.channel.ConnectFailure;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/**
 * A {@link Socket} over a Unix domain socket.
 *
 * <p>It behaves as a TCP socket does, with time-outs, half-close and asynchronous close, but for
 * these: {@link #connect} goes to the factory's address whatever Internet address it is given;
 * TCP's options can be set and read and mean nothing, but for the sizes of the buffers; {@link
 * #getInetAddress} is the loopback address and ports are 0, for callers that only print them;
 * {@link Thread#interrupt} ends no operation and closes nothing, on virtual threads as well.
 *
 * <p>Safe for use by any thread. {@code lock} guards the state; no I/O happens under it but what
 * ends at once. {@code channel} is set once, by connect or accept, and owns the descriptor.
 */
public final class UdsSocket extends Socket {
  private final UdsAddress target; // null for an accepted socket
  private final SocketStreams.Factory otherStreams; // null: there are none but its own
  private final long busyPollNanos;
  private final SocketAddress localAddress;
  private final Object lock = new Object();
  private final Connector connector = new Connector();
  private final TcpOptions options = new TcpOptions();

  private volatile UdsChannel channel;
  private volatile UdsAddress remoteAddress;
  private volatile boolean closed;
  private volatile boolean inputShutdown;
  private volatile boolean outputShutdown;
  private volatile int soTimeout;
  private final Map<UdsChannel.Buffer, Integer> bufferSizes = // set before connect; guarded by lock
      new EnumMap<>(UdsChannel.Buffer.class);
  private boolean connecting; // guarded by lock
  private SocketStreams streams; // guarded by lock

  /** An unconnected socket. */
  public UdsSocket(UdsAddress target) throws SocketException {
    this(target, null, 0);
  }

  /** An unconnected socket with streams of another kind. */
  public UdsSocket(UdsAddress target, SocketStreams.Factory otherStreams, long busyPollNanos)
      throws SocketException {
    super((SocketImpl) null);
    this.target = target;
    this.otherStreams = otherStreams;
    this.busyPollNanos = busyPollNanos;
    this.localAddress = UserTypes.get().unnamed();
  }

  /** An accepted connection. */
  public UdsSocket(UdsChannel channel, UdsAddress localAddress) throws SocketException {
    super((SocketImpl) null);
    this.target = null;
    this.otherStreams = null;
    this.busyPollNanos = 0;
    this.localAddress = localAddress;
    this.remoteAddress = UserTypes.get().unnamed();
    this.channel = channel;
  }

  @Override
  public void connect(SocketAddress endpoint) throws IOException {
    connect(endpoint, 0);
  }

  /**
   * Connects to the endpoint if it is a {@link UdsAddress}, else to the address of the factory.
   *
   * @param timeout milliseconds; 0 waits as long as the listener's backlog is full
   */
  @Override
  public void connect(SocketAddress endpoint, int timeout) throws IOException {
    if (timeout < 0) {
      throw new IllegalArgumentException("timeout < 0: " + timeout);
    }
    UdsAddress address = endpoint instanceof UdsAddress ? (UdsAddress) endpoint : target;
    begin(address);
    UdsChannel connected = null;
    try {
      connected = connector.connect(address, timeout);
    } finally {
      finish(address, connected);
    }
  }

  private void begin(UdsAddress address) throws SocketException {
    synchronized (lock) {
      checkOpen();
      if (channel != null || connecting) {
        throw new SocketException("already connected");
      }
      if (address == null) {
        throw new IllegalArgumentException("no address to connect to");
      }
      connecting = true;
    }
  }

  /** Publishes the connection, unless the connect failed or the socket was closed meanwhile. */
  private void finish(UdsAddress address, UdsChannel connected) throws IOException {
    synchronized (lock) {
      connecting = false;
      if (connected == null) {
        return;
      }
      if (!closed) {
        setBufferSizes(connected);
        remoteAddress = address;
        channel = connected;
        return;
      }
    }
    connected.close();
    throw ConnectFailure.closed();
  }

  /** Gives a channel what was set before there was one, as far as it can be had. Under the lock. */
  private void setBufferSizes(UdsChannel connected) {
    for (Map.Entry<UdsChannel.Buffer, Integer> size : bufferSizes.entrySet()) {
      try {
        connected.setBufferSize(size.getKey(), size.getValue());
      } catch (IOException e) {
        // A hint; whatever is wrong with this connection shows when it is used.
      }
    }
  }

  /** A Unix socket needs no local address: this does nothing. */
  @Override
  public void bind(SocketAddress bindpoint) throws IOException {
    checkOpen();
  }

  @Override
  public void close() throws IOException {
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
    }
    connector.cancel();
    UdsChannel open = channel;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public InputStream getInputStream() throws IOException {
    synchronized (lock) {
      UdsChannel open = connected();
      if (inputShutdown) {
        throw new SocketException("Socket input is shutdown");
      }
      return streams(open).input;
    }
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    synchronized (lock) {
      UdsChannel open = connected();
      if (outputShutdown) {
        throw new SocketException("Socket output is shutdown");
      }
      return streams(open).output;
    }
  }

  /** Under the lock. */
  private SocketStreams streams(UdsChannel open) {
    if (streams == null) {
      InputStream input = new UdsInputStream(this, open, new BusyPoll(busyPollNanos));
      streams =
          otherStreams == null
              ? new SocketStreams(input, new UdsOutputStream(this, open))
              : otherStreams.create(this, open, input);
    }
    return streams;
  }

  @Override
  public void shutdownInput() throws IOException {
    UdsChannel open = connected();
    synchronized (lock) {
      if (inputShutdown) {
        throw new SocketException("Socket input is already shutdown");
      }
      inputShutdown = true;
    }
    open.shutdownInput();
  }

  @Override
  public void shutdownOutput() throws IOException {
    UdsChannel open = connected();
    synchronized (lock) {
      if (outputShutdown) {
        throw new SocketException("Socket output is already shutdown");
      }
      outputShutdown = true;
    }
    open.shutdownOutput();
  }

  public PeerCredentials peerCredentials() throws IOException {
    return connected().peerCredentials();
  }

  private UdsChannel connected() throws SocketException {
    checkOpen();
    UdsChannel open = channel;
    if (open == null) {
      throw new SocketException("Socket is not connected");
    }
    return open;
  }

  private void checkOpen() throws SocketException {
    if (closed) {
      throw ConnectFailure.closed();
    }
  }

  /**
   * A transport closes its socket while TLS is at work on it. Java 8's closes under a lock, which
   * it keeps for ever if the time-out is not to be had (SSLSocketImpl.closeSocket), so that whoever
   * reads never wakes.
   */
  private void checkOpenForTimeout() throws SocketException {
    if (otherStreams == null) {
      checkOpen();
    }
  }

  @Override
  public boolean isConnected() {
    return channel != null;
  }

  @Override
  public boolean isBound() {
    return channel != null;
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  @Override
  public boolean isInputShutdown() {
    return inputShutdown;
  }

  @Override
  public boolean isOutputShutdown() {
    return outputShutdown;
  }

  /** The address connected to; for an accepted socket the unnamed address; null before. */
  @Override
  public SocketAddress getRemoteSocketAddress() {
    return remoteAddress;
  }

  @Override
  public SocketAddress getLocalSocketAddress() {
    return localAddress;
  }

  @Override
  public InetAddress getInetAddress() {
    return channel == null ? null : InetAddress.getLoopbackAddress();
  }

  @Override
  public InetAddress getLocalAddress() {
    return InetAddress.getLoopbackAddress();
  }

  @Override
  public int getPort() {
    return 0;
  }

  @Override
  public int getLocalPort() {
    return channel == null ? -1 : 0;
  }

  /** Null: this socket belongs to no {@link java.nio.channels.SocketChannel}. */
  @Override
  public java.nio.channels.SocketChannel getChannel() {
    return null;
  }

  /**
   * Limits how long a read waits.
   *
   * @param timeout milliseconds; 0 waits for ever
   */
  @Override
  public void setSoTimeout(int timeout) throws SocketException {
    checkOpenForTimeout();
    if (timeout < 0) {
      throw new IllegalArgumentException("timeout < 0: " + timeout);
    }
    soTimeout = timeout;
  }

  @Override
  public int getSoTimeout() throws SocketException {
    checkOpenForTimeout();
    return soTimeout;
  }

  @Override
  public void setSendBufferSize(int size) throws SocketException {
    setBufferSize(UdsChannel.Buffer.SEND, size);
  }

  @Override
  public int getSendBufferSize() throws SocketException {
    return bufferSize(UdsChannel.Buffer.SEND);
  }

  @Override
  public void setReceiveBufferSize(int size) throws SocketException {
    setBufferSize(UdsChannel.Buffer.RECEIVE, size);
  }

  @Override
  public int getReceiveBufferSize() throws SocketException {
    return bufferSize(UdsChannel.Buffer.RECEIVE);
  }

  private void setBufferSize(UdsChannel.Buffer buffer, int size) throws SocketException {
    if (size <= 0) {
      throw new IllegalArgumentException("buffer size <= 0: " + size);
    }
    UdsChannel open;
    synchronized (lock) {
      checkOpen();
      open = channel;
      if (open == null) {
        bufferSizes.put(buffer, size); // for the connect, which makes the descriptor
      }
    }
    if (open != null) {
      try {
        open.setBufferSize(buffer, size);
      } catch (IOException e) {
        throw asSocketException(e);
      }
    }
  }

  private int bufferSize(UdsChannel.Buffer buffer) throws SocketException {
    UdsChannel open;
    synchronized (lock) {
      checkOpen();
      open = channel;
      if (open == null) {
        Integer size = bufferSizes.get(buffer);
        return size == null ? TcpOptions.DEFAULT_BUFFER_BYTES : size;
      }
    }
    try {
      return open.bufferSize(buffer);
    } catch (IOException e) {
      throw asSocketException(e);
    }
  }

  private static SocketException asSocketException(IOException e) {
    if (e instanceof SocketException) {
      return (SocketException) e;
    }
    SocketException wrapped = new SocketException(e.getMessage());
    wrapped.initCause(e);
    return wrapped;
  }

  @Override
  public void setTcpNoDelay(boolean on) throws SocketException {
    checkOpen();
    options.tcpNoDelay = on;
  }

  @Override
  public boolean getTcpNoDelay() throws SocketException {
    checkOpen();
    return options.tcpNoDelay;
  }

  @Override
  public void setSoLinger(boolean on, int linger) throws SocketException {
    checkOpen();
    if (on && linger < 0) {
      throw new IllegalArgumentException("linger < 0: " + linger);
    }
    options.soLinger = on ? linger : -1;
  }

  @Override
  public int getSoLinger() throws SocketException {
    checkOpen();
    return options.soLinger;
  }

  @Override
  public void setKeepAlive(boolean on) throws SocketException {
    checkOpen();
    options.keepAlive = on;
  }

  @Override
  public boolean getKeepAlive() throws SocketException {
    checkOpen();
    return options.keepAlive;
  }

  @Override
  public void setOOBInline(boolean on) throws SocketException {
    checkOpen();
    options.oobInline = on;
  }

  @Override
  public boolean getOOBInline() throws SocketException {
    checkOpen();
    return options.oobInline;
  }

  @Override
  public void setTrafficClass(int trafficClass) throws SocketException {
    checkOpen();
    options.setTrafficClass(trafficClass);
  }

  @Override
  public int getTrafficClass() throws SocketException {
    checkOpen();
    return options.trafficClass;
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

  @Override
  public void sendUrgentData(int data) throws IOException {
    throw new SocketException("Urgent data not supported");
  }

  /** Java 9's way to set an option. */
  public <T> Socket setOption(SocketOption<T> name, T value) throws IOException {
    SocketOptionNames.check(SocketOptionNames.SOCKET, name);
    checkOpen();
    Object given = SocketOptionNames.value(name, value);
    switch (SocketOptionNames.of(name)) {
      case "SO_SNDBUF":
        setSendBufferSize((Integer) given);
        break;
      case "SO_RCVBUF":
        setReceiveBufferSize((Integer) given);
        break;
      case "SO_KEEPALIVE":
        setKeepAlive((Boolean) given);
        break;
      case "SO_REUSEADDR":
        setReuseAddress((Boolean) given);
        break;
      case "SO_LINGER":
        setSoLinger((Integer) given >= 0, (Integer) given);
        break;
      case "IP_TOS":
        setTrafficClass((Integer) given);
        break;
      case "TCP_NODELAY":
        setTcpNoDelay((Boolean) given);
        break;
      default:
        options.setOther(SocketOptionNames.of(name), given);
    }
    return this;
  }

  /** Java 9's way to read an option. */
  public <T> T getOption(SocketOption<T> name) throws IOException {
    SocketOptionNames.check(SocketOptionNames.SOCKET, name);
    checkOpen();
    return SocketOptionNames.cast(name, option(SocketOptionNames.of(name)));
  }

  private Object option(String name) throws SocketException {
    switch (name) {
      case "SO_SNDBUF":
        return getSendBufferSize();
      case "SO_RCVBUF":
        return getReceiveBufferSize();
      case "SO_KEEPALIVE":
        return getKeepAlive();
      case "SO_REUSEADDR":
        return getReuseAddress();
      case "SO_LINGER":
        return getSoLinger();
      case "IP_TOS":
        return getTrafficClass();
      case "TCP_NODELAY":
        return getTcpNoDelay();
      default:
        return options.other(name);
    }
  }

  /** Java 9's list of options: those of a TCP socket. It would open one to ask it. */
  public Set<SocketOption<?>> supportedOptions() {
    return SocketOptionNames.SOCKET;
  }

  /** Such as {@code UdsSocket[unix:/run/app.sock, jdk]}, with the backend that serves it. */
  @Override
  public String toString() {
    UdsChannel open = channel;
    if (open == null) {
      return "UdsSocket[unconnected]";
    }
    String peer = target == null ? "accepted on " + localAddress : remoteAddress.toString();
    return "UdsSocket[" + peer + ", " + open.backend() + "]";
  }
}
