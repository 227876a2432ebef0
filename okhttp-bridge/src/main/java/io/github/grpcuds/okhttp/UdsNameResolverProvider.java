package io.github.grpcuds.okhttp;

import io.github.grpcuds.transport.UdsAddress;
import io.grpc.Internal;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Collection;
import java.util.Collections;

/** Resolves {@code unix:} for the whole process. Found by ServiceLoader; not for direct use. */
@Internal
public class UdsNameResolverProvider extends NameResolverProvider {
  /**
   * Below grpc-netty's resolver of the same scheme (3), whose addresses are the only ones that a
   * NettyChannelBuilder takes: adding this library must not break one that a user builds directly.
   * {@link UdsChannelProvider} serves the scheme whoever resolves it.
   */
  private static final int PRIORITY = 2;

  /** For ServiceLoader. */
  public UdsNameResolverProvider() {}

  @Override
  public String getDefaultScheme() {
    return UdsTarget.PATH_SCHEME;
  }

  @Override
  public NameResolver newNameResolver(URI targetUri, NameResolver.Args args) {
    return getDefaultScheme().equalsIgnoreCase(targetUri.getScheme())
        ? new UdsNameResolver(UdsTarget.parse(targetUri.toString()), address -> address)
        : null;
  }

  @Override
  public Collection<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
    return Collections.<Class<? extends SocketAddress>>singleton(UdsAddress.class);
  }

  @Override
  protected boolean isAvailable() {
    return true;
  }

  @Override
  protected int priority() {
    return PRIORITY;
  }
}
