package io.github.grpcuds.okhttp;

import io.github.grpcuds.transport.UdsAddress;
import io.grpc.ChannelCredentials;
import io.grpc.Internal;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ManagedChannelProvider;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * Serves {@code unix:} and {@code unix-abstract:} targets of {@code Grpc.newChannelBuilder} and
 * {@code ManagedChannelBuilder.forTarget}. Found by ServiceLoader; not for direct use.
 */
@Internal
public final class UdsChannelProvider extends ManagedChannelProvider {
  /**
   * Above grpc-netty (5) and grpc-okhttp (3, on Android 8), because ManagedChannelBuilder asks the
   * first provider alone. All that is not ours goes on to {@link NextProvider}.
   */
  private static final int PRIORITY = 9;

  /** For ServiceLoader. */
  public UdsChannelProvider() {}

  @Override
  protected boolean isAvailable() {
    return true;
  }

  @Override
  protected int priority() {
    return PRIORITY;
  }

  @Override
  protected ManagedChannelBuilder<?> builderForAddress(String name, int port) {
    return NextProvider.builderForAddress(this, name, port);
  }

  /** TLS unless usePlaintext is called: that is ManagedChannelBuilder's contract for any target. */
  @Override
  protected ManagedChannelBuilder<?> builderForTarget(String target) {
    return UdsTarget.hasUdsScheme(target)
        ? UdsChannelBuilder.createUnfrozen(UdsTarget.parse(target))
        : NextProvider.builderForTarget(this, target);
  }

  @Override
  protected NewChannelBuilderResult newChannelBuilder(String target, ChannelCredentials creds) {
    if (!UdsTarget.hasUdsScheme(target)) {
      return NewChannelBuilderResult.error("not a unix: or unix-abstract: target");
    }
    UdsTarget parsed = UdsTarget.parse(target);
    try {
      return NewChannelBuilderResult.channelBuilder(
          UdsChannelBuilder.forAddresses(parsed.addresses(), creds));
    } catch (IllegalArgumentException e) {
      return NewChannelBuilderResult.error(e.getMessage()); // grpc-okhttp on the credentials
    }
  }

  /**
   * Our addresses, and those of whoever resolves {@code unix:} in this process: gRPC picks the
   * provider by them, and it is grpc-netty's resolver if grpc-netty is there. Internet addresses as
   * well, because gRPC takes a target that is no URI, such as "unix:" or one with a space, for the
   * name of a host: it is ours to refuse or to serve, not to be looked up.
   */
  @Override
  protected Collection<Class<? extends SocketAddress>> getSupportedSocketAddressTypes() {
    Set<Class<? extends SocketAddress>> types = new HashSet<>();
    types.add(UdsAddress.class);
    NameResolverProvider resolver =
        NameResolverRegistry.getDefaultRegistry().getProviderForScheme(UdsTarget.PATH_SCHEME);
    if (resolver != null) {
      types.addAll(resolver.getProducedSocketAddressTypes());
    }
    types.add(InetSocketAddress.class);
    return types;
  }
}
