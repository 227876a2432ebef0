package io.github.grpcuds.transport;

import io.github.grpcuds.transport.internal.socket.UdsServerSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Objects;
import javax.net.ServerSocketFactory;

/**
 * Makes server sockets that listen on one Unix domain socket, whatever port they are asked for: a
 * drop-in wherever a {@link ServerSocketFactory} is taken.
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
   * @param backlog how many connections may wait to be accepted where a caller does not say; more
   *     than 0. The kernel cuts it (net.core.somaxconn on Linux). Otherwise it is 1024.
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
   * A server socket that is still to be bound: to this factory's address, or another of its kind.
   */
  @Override
  public ServerSocket createServerSocket() throws IOException {
    return new UdsServerSocket(address, fileOptions, backlog);
  }

  /** A listening server socket; the port means nothing. */
  @Override
  public ServerSocket createServerSocket(int port) throws IOException {
    return bound(0);
  }

  /** A listening server socket; the port means nothing. */
  @Override
  public ServerSocket createServerSocket(int port, int backlog) throws IOException {
    return bound(backlog);
  }

  /** A listening server socket; port and interface mean nothing. */
  @Override
  public ServerSocket createServerSocket(int port, int backlog, InetAddress ifAddress)
      throws IOException {
    return bound(backlog);
  }

  private ServerSocket bound(int backlog) throws IOException {
    ServerSocket socket = createServerSocket();
    boolean bound = false;
    try {
      socket.bind(address, backlog);
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
