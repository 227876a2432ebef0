package io.github.grpcuds.okhttp;

import io.github.grpcuds.transport.UdsAddress;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import java.net.SocketAddress;
import java.net.URI;

/**
 * Resolves the target of one channel to {@link CarrierAddress}es. Known to that channel's builder
 * alone: the process-wide providers produce {@code UdsAddress}es, by which gRPC finds us.
 */
final class CarrierNameResolverProvider extends NameResolverProvider {
  private final UdsTarget target;

  CarrierNameResolverProvider(UdsTarget target) {
    this.target = target;
  }

  @Override
  public String getDefaultScheme() {
    return target.scheme();
  }

  @Override
  public NameResolver newNameResolver(URI targetUri, NameResolver.Args args) {
    return new UdsNameResolver(target, new Wrap());
  }

  private static final class Wrap implements UdsNameResolver.AddressForm {
    @Override
    public SocketAddress of(UdsAddress address) {
      return CarrierAddress.wrap(address);
    }
  }

  @Override
  protected boolean isAvailable() {
    return true;
  }

  @Override
  protected int priority() {
    return 5;
  }
}
