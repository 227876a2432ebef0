package io.github.grpcuds.transport;

import io.github.grpcuds.transport.internal.socket.UdsSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.net.SocketFactory;

/**
 * Makes sockets that connect to one Unix domain socket, whatever host and port a caller asks for.
 * Use it wherever a library takes a {@link SocketFactory}.
 *
 * <p>Immutable, and equal to another for the same address and time-out.
 */
public final class UdsSocketFactory extends SocketFactory {
  private final UdsAddress address;
  private final int connectTimeoutMillis; // 0 is none

  /**
   * For libraries that are given the name of a class alone: the target is that of the system
   * property {@code grpcuds.socket}, such as {@code unix:/run/app.sock}, as it is now.
   *
   * @throws IllegalStateException if the property is not set
   * @throws IllegalArgumentException if it is no target
   */
  public UdsSocketFactory() {
    this(UdsAddress.ofProperty());
  }

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
   * As {@link #UdsSocketFactory()}, for libraries that ask a class for its default: JNDI's LDAP
   * provider does so with the class that {@code java.naming.ldap.factory.socket} names.
   *
   * @throws IllegalStateException if the system property {@code grpcuds.socket} is not set
   */
  public static SocketFactory getDefault() {
    return new UdsSocketFactory();
  }

  /**
   * Returns a factory that limits how long making a connected socket may wait while the server's
   * backlog is full. Then it throws {@link java.net.SocketTimeoutException}. Without a limit it
   * waits as long as it takes.
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

  /**
   * Returns a socket that is not connected yet. Its connect waits no longer than the time-out that
   * it is given.
   */
  @Override
  public Socket createSocket() throws IOException {
    return new UdsSocket(address);
  }

  /** Returns a connected socket. Waits while the server's backlog is full. */
  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return connected();
  }

  /** Returns a connected socket. Waits while the server's backlog is full. */
  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return connected();
  }

  /** Returns a connected socket. Waits while the server's backlog is full. */
  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return connected();
  }

  /** Returns a connected socket. Waits while the server's backlog is full. */
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
    return other instanceof UdsSocketFactory
        && address.equals(((UdsSocketFactory) other).address)
        && connectTimeoutMillis == ((UdsSocketFactory) other).connectTimeoutMillis;
  }

  @Override
  public int hashCode() {
    return 31 * address.hashCode() + connectTimeoutMillis;
  }

  @Override
  public String toString() {
    String timeout =
        connectTimeoutMillis == 0 ? "" : ", connect timeout " + connectTimeoutMillis + " ms";
    return "UdsSocketFactory[" + address + timeout + "]";
  }
}
