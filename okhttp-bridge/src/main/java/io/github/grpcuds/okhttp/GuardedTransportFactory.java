package io.github.grpcuds.okhttp;

import io.github.grpcuds.transport.UdsAddress;
import io.grpc.ChannelCredentials;
import io.grpc.ChannelLogger;
import io.grpc.internal.ClientTransportFactory;
import io.grpc.internal.ConnectionClientTransport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.concurrent.ScheduledExecutorService;

/** Makes grpc-okhttp's transports, each with a guard around it. */
final class GuardedTransportFactory implements ClientTransportFactory {
  private final ClientTransportFactory delegate;
  private final TransportSocketFactory sockets;
  private final boolean tls;

  GuardedTransportFactory(
      ClientTransportFactory delegate, TransportSocketFactory sockets, boolean tls) {
    this.delegate = delegate;
    this.sockets = sockets;
    this.tls = tls;
  }

  @Override
  public ConnectionClientTransport newClientTransport(
      SocketAddress address, ClientTransportOptions options, ChannelLogger logger) {
    InetSocketAddress own = CarrierAddress.copy((InetSocketAddress) address);
    ConnectAttempt attempt = sockets.newAttempt(unwrapped(own.getAddress()), tls);
    ConnectionClientTransport transport = delegate.newClientTransport(own, options, logger);
    return new GuardedTransport(
        transport, attempt, own.getAddress(), sockets, getScheduledExecutorService());
  }

  private static UdsAddress unwrapped(InetAddress carrier) {
    try {
      return CarrierAddress.unwrap(carrier);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  @Override
  public ScheduledExecutorService getScheduledExecutorService() {
    return delegate.getScheduledExecutorService();
  }

  /** For channels to other addresses, of which no guard knows. */
  @Override
  public SwapChannelCredentialsResult swapChannelCredentials(ChannelCredentials creds) {
    return delegate.swapChannelCredentials(creds);
  }

  @Override
  public Collection<Class<? extends SocketAddress>> getSupportedSocketAddressTypes() {
    return delegate.getSupportedSocketAddressTypes();
  }

  @Override
  public void close() {
    delegate.close();
  }
}
