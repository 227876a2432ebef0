package io.github.grpcuds.server;

import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.grpc.ForwardingServerBuilder;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCredentials;
import io.grpc.okhttp.OkHttpServerBuilder;
import java.io.File;
import java.io.InputStream;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Builds servers on Unix domain sockets.
 *
 * <p>Every option of {@link ServerBuilder} works as it does over TCP. Without {@link
 * ServerCredentials} the server speaks plain text, for the file's mode, 0600 by default, guards the
 * socket.
 *
 * <p>A path belongs to one live server. {@link Server#start} takes over the file of a server that
 * is gone; it fails with {@link java.net.BindException} if one is listening there, and with {@link
 * java.nio.file.FileSystemException} if something else is there, the folder is missing or may not
 * be written. Shutting down deletes the file, if it is still this server's.
 */
public final class UdsServerBuilder extends ForwardingServerBuilder<UdsServerBuilder> {
  /** Connections that may wait to be accepted; the kernel cuts it to net.core.somaxconn. */
  private static final int DEFAULT_BACKLOG = 1024;

  private final UdsAddress address;
  private final OkHttpServerBuilder delegate;
  private SocketFileOptions socketFile = SocketFileOptions.defaults();
  private int backlog = DEFAULT_BACKLOG;

  private UdsServerBuilder(UdsAddress address, ServerCredentials creds) {
    this.address = Objects.requireNonNull(address, "address");
    this.delegate = OkHttpServerBuilder.forPort(address, Objects.requireNonNull(creds, "creds"));
  }

  /**
   * A server in plain text on the socket file at a path.
   *
   * @throws IllegalArgumentException as {@link UdsAddress#ofPath} has it
   */
  public static UdsServerBuilder forPath(String path) {
    return forAddress(UdsAddress.ofPath(path));
  }

  /**
   * A server on the socket file at a path.
   *
   * @throws IllegalArgumentException as {@link UdsAddress#ofPath} has it, or if the credentials are
   *     of an unknown kind
   */
  public static UdsServerBuilder forPath(String path, ServerCredentials creds) {
    return forAddress(UdsAddress.ofPath(path), creds);
  }

  /** A server in plain text on a socket. */
  public static UdsServerBuilder forAddress(UdsAddress address) {
    return forAddress(address, InsecureServerCredentials.create());
  }

  /**
   * A server on a socket.
   *
   * @throws IllegalArgumentException if the credentials are of an unknown kind
   */
  public static UdsServerBuilder forAddress(UdsAddress address, ServerCredentials creds) {
    return new UdsServerBuilder(address, creds);
  }

  /**
   * A server in plain text on what a target names, such as {@code unix:/run/app.sock}.
   *
   * @throws IllegalArgumentException as {@link UdsAddress#parse} has it
   */
  public static UdsServerBuilder forTarget(String target) {
    return forAddress(UdsAddress.parse(target));
  }

  /**
   * A server on what a target names, such as {@code unix:/run/app.sock}.
   *
   * @throws IllegalArgumentException as {@link UdsAddress#parse} has it, or if the credentials are
   *     of an unknown kind
   */
  public static UdsServerBuilder forTarget(String target, ServerCredentials creds) {
    return forAddress(UdsAddress.parse(target), creds);
  }

  /**
   * Not for Unix domain sockets, which have no port.
   *
   * @throws UnsupportedOperationException always
   */
  @SuppressWarnings("DoNotCallSuggester") // it only shadows the inherited method
  public static UdsServerBuilder forPort(int port) {
    throw new UnsupportedOperationException(
        "a Unix domain socket has no port: call forPath(path) or forAddress(address)");
  }

  /** Sets how the socket file is made and what becomes of it. Default: mode 0600, deleted. */
  public UdsServerBuilder socketFile(SocketFileOptions options) {
    this.socketFile = Objects.requireNonNull(options, "options");
    return this;
  }

  /**
   * Sets how many connections may wait to be accepted; clients beyond it wait until their connect
   * times out. The kernel cuts it (net.core.somaxconn on Linux). Default: 1024.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public UdsServerBuilder backlog(int connections) {
    if (connections <= 0) {
      throw new IllegalArgumentException("backlog <= 0: " + connections);
    }
    this.backlog = connections;
    return this;
  }

  /** Sets the HTTP/2 flow-control window, in bytes, of each call and connection. */
  public UdsServerBuilder flowControlWindow(int bytes) {
    delegate.flowControlWindow(bytes);
    return this;
  }

  /** Sets how many calls one connection may have open at a time. Default: no limit. */
  public UdsServerBuilder maxConcurrentCallsPerConnection(int calls) {
    delegate.maxConcurrentCallsPerConnection(calls);
    return this;
  }

  /**
   * Sets where connections are read and written.
   *
   * @param executor not owned by the server; null for the shared one
   */
  public UdsServerBuilder transportExecutor(Executor executor) {
    delegate.transportExecutor(executor);
    return this;
  }

  /**
   * Sets what runs timers, such as keepalive's.
   *
   * @param scheduler not owned by the server
   */
  public UdsServerBuilder scheduledExecutorService(ScheduledExecutorService scheduler) {
    delegate.scheduledExecutorService(Objects.requireNonNull(scheduler, "scheduler"));
    return this;
  }

  /**
   * Not after the builder has been made: TLS comes with its {@link ServerCredentials}.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  public UdsServerBuilder useTransportSecurity(File certChain, File privateKey) {
    throw tlsByCredentials();
  }

  /**
   * Not after the builder has been made: TLS comes with its {@link ServerCredentials}.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  public UdsServerBuilder useTransportSecurity(InputStream certChain, InputStream privateKey) {
    throw tlsByCredentials();
  }

  private static UnsupportedOperationException tlsByCredentials() {
    return new UnsupportedOperationException(
        "call forPath(path, TlsServerCredentials.create(certChain, privateKey)) instead");
  }

  @Override
  protected ServerBuilder<?> delegate() {
    return delegate;
  }

  @Override
  public Server build() {
    delegate.socketFactory(new UdsServerSocketFactory(address, socketFile, backlog));
    return super.build();
  }
}
