package io.github.grpcuds.transport;

import io.github.grpcuds.transport.internal.socket.UdsSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.net.SocketFactory;

/**
 * Makes sockets that go to one Unix domain socket, whatever host and port they are asked for: a
 * drop-in wherever a {@link SocketFactory} is taken.
 *
 * <p>Immutable, and equal to another for the same address and time-out.
 */
public final class UdsSocketFactory extends SocketFactory {
  private final UdsAddress address;
  private final int connectTimeoutMillis; // 0 is none

  /**
   * @param target a gRPC target, such as {@code unix:/run/app.sock}; see {@link UdsAddress#parse}
   */
  public UdsSocketFactory(String target) {
    this(UdsAddress.parse(target));
  }

  public UdsSocketFactory(UdsAddress address) {
    this(address, 0);
  }

  private UdsSocketFactory(UdsAddress address, int connectTimeoutMillis) {
    this.address = Objects.requireNonNull(address, "address");
    this.connectTimeoutMillis = connectTimeoutMillis;
  }

  /**
   * A factory whose connected sockets wait no longer than this while the server's backlog is full,
   * and then throw {@link java.net.SocketTimeoutException}. Otherwise they wait as long as it
   * takes.
   *
   * @throws IllegalArgumentException if the time is not positive, in milliseconds
   */
  public UdsSocketFactory withConnectTimeout(long timeout, TimeUnit unit) {
    long millis = unit.toMillis(timeout);
    if (millis <= 0) {
      throw new IllegalArgumentException("connect timeout not positive: " + timeout + " " + unit);
    }
    return new UdsSocketFactory(address, (int) Math.min(Integer.MAX_VALUE, millis));
  }

  /** A socket that is still to be connected; connect waits no longer than its time-out. */
  @Override
  public Socket createSocket() throws IOException {
    return new UdsSocket(address);
  }

  /** A connected socket; waits while the server's backlog is full. */
  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return connected();
  }

  /** A connected socket; waits while the server's backlog is full. */
  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return connected();
  }

  /** A connected socket; waits while the server's backlog is full. */
  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return connected();
  }

  /** A connected socket; waits while the server's backlog is full. */
  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return connected();
  }

  private Socket connected() throws IOException {
    Socket socket = createSocket();
    boolean connected = false;
    try {
      socket.connect(address, connectTimeoutMillis);
      connected = true;
      return socket;
    } finally {
      if (!connected) {
        socket.close();
      }
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof UdsSocketFactory && address.equals(((UdsSocketFactory) other).address);
  }

  @Override
  public int hashCode() {
    return address.hashCode();
  }

  @Override
  public String toString() {
    return "UdsSocketFactory[" + address + "]";
  }
}
