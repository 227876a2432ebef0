package io.github.grpcuds.transport;

import io.github.grpcuds.transport.internal.socket.UdsServerSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Objects;
import javax.net.ServerSocketFactory;

/**
 * Makes server sockets that listen on one Unix domain socket, whatever port a caller asks for. Use
 * it wherever a library takes a {@link ServerSocketFactory}.
 *
 * <p>Immutable. A path belongs to one live server: binding takes over the file of a server that is
 * gone, and fails with {@link java.net.BindException} if one is listening, or with {@link
 * java.nio.file.FileSystemException} if something else is there.
 */
public final class UdsServerSocketFactory extends ServerSocketFactory {
  private static final int DEFAULT_BACKLOG = 1024;

  private final UdsAddress address;
  private final SocketFileOptions fileOptions;
  private final int backlog;

  /**
   * For libraries that are given the name of a class alone: the target is that of the system
   * property {@code grpcuds.socket}, such as {@code unix:/run/app.sock}, as it is now.
   *
   * @throws IllegalStateException if the property is not set
   * @throws IllegalArgumentException if it is no target
   */
  public UdsServerSocketFactory() {
    this(UdsAddress.ofProperty());
  }

  /**
   * @param target a gRPC target, such as {@code unix:/run/app.sock}; see {@link UdsAddress#parse}
   */
  public UdsServerSocketFactory(String target) {
    this(UdsAddress.parse(target));
  }

  public UdsServerSocketFactory(UdsAddress address) {
    this(address, SocketFileOptions.defaults());
  }

  public UdsServerSocketFactory(UdsAddress address, SocketFileOptions fileOptions) {
    this(address, fileOptions, DEFAULT_BACKLOG);
  }

  /**
   * @param backlog how many connections can wait to be accepted if the caller does not say; more
   *     than 0. The kernel caps it (net.core.somaxconn on Linux). The other constructors use 1024.
   */
  public UdsServerSocketFactory(UdsAddress address, SocketFileOptions fileOptions, int backlog) {
    if (backlog <= 0) {
      throw new IllegalArgumentException("backlog <= 0: " + backlog);
    }
    this.address = Objects.requireNonNull(address, "address");
    this.fileOptions = Objects.requireNonNull(fileOptions, "fileOptions");
    this.backlog = backlog;
  }

  /**
   * As {@link #UdsServerSocketFactory()}, for libraries that ask a class for its default.
   *
   * @throws IllegalStateException if the system property {@code grpcuds.socket} is not set
   */
  public static ServerSocketFactory getDefault() {
    return new UdsServerSocketFactory();
  }

  /**
   * Returns a server socket that is not bound yet. You can bind it to this factory's address, or to
   * another Unix domain socket.
   */
  @Override
  public ServerSocket createServerSocket() throws IOException {
    return new UdsServerSocket(address, fileOptions, backlog);
  }

  /** Returns a listening server socket. The port is what it says of its port, and no more. */
  @Override
  public ServerSocket createServerSocket(int port) throws IOException {
    return bound(port, 0);
  }

  /** Returns a listening server socket. The port is what it says of its port, and no more. */
  @Override
  public ServerSocket createServerSocket(int port, int backlog) throws IOException {
    return bound(port, backlog);
  }

  /**
   * Returns a listening server socket. The port is what it says of its port, and no more; the
   * interface is ignored.
   */
  @Override
  public ServerSocket createServerSocket(int port, int backlog, InetAddress ifAddress)
      throws IOException {
    return bound(port, backlog);
  }

  private ServerSocket bound(int port, int backlog) throws IOException {
    ServerSocket socket = createServerSocket();
    boolean bound = false;
    try {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), backlog);
      bound = true;
      return socket;
    } finally {
      if (!bound) {
        socket.close();
      }
    }
  }

  @Override
  public String toString() {
    return "UdsServerSocketFactory[" + address + ", " + fileOptions + "]";
  }
}
