package io.github.grpcuds.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Objects;
import javax.net.SocketFactory;

/**
 * Makes sockets that go to one Unix domain socket, whatever host and port they are asked for: a
 * drop-in wherever a {@link SocketFactory} is taken.
 *
 * <p>Immutable, and equal to another for the same address.
 */
public final class UdsSocketFactory extends SocketFactory {
  private final UdsAddress address;

  /**
   * @param target a gRPC target, such as {@code unix:/run/app.sock}; see {@link UdsAddress#parse}
   */
  public UdsSocketFactory(String target) {
    this(UdsAddress.parse(target));
  }

  public UdsSocketFactory(UdsAddress address) {
    this.address = Objects.requireNonNull(address, "address");
  }

  /** A socket that is still to be connected; connect waits no longer than its time-out. */
  @Override
  public Socket createSocket() throws IOException {
    return new UdsSocket(address);
  }

  /** A connected socket; waits as long as the server's backlog is full. */
  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return connected();
  }

  /** A connected socket; waits as long as the server's backlog is full. */
  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return connected();
  }

  /** A connected socket; waits as long as the server's backlog is full. */
  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return connected();
  }

  /** A connected socket; waits as long as the server's backlog is full. */
  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return connected();
  }

  private Socket connected() throws IOException {
    Socket socket = createSocket();
    boolean connected = false;
    try {
      socket.connect(address);
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
