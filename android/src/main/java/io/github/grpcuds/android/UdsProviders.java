package io.github.grpcuds.android;

import io.github.grpcuds.okhttp.UdsAbstractNameResolverProvider;
import io.github.grpcuds.okhttp.UdsChannelProvider;
import io.github.grpcuds.okhttp.UdsNameResolverProvider;
import io.grpc.ManagedChannelRegistry;
import io.grpc.NameResolverRegistry;

/**
 * Makes {@code unix:} and {@code unix-abstract:} targets known to gRPC in this process.
 *
 * <p>Elsewhere gRPC finds them by ServiceLoader. On Android it looks for its own providers alone,
 * so an app that gives such targets to {@code Grpc.newChannelBuilder} or {@code
 * ManagedChannelBuilder.forTarget} calls {@link #register} first, at best in its Application or in
 * an initializer of androidx.startup. {@link UdsChannelBuilder} and {@code UdsServerBuilder} work
 * without.
 */
public final class UdsProviders {
  private static boolean registered; // guarded by the class

  private UdsProviders() {}

  /** Registers the providers, once for all calls. Any thread may call it, at any time. */
  @SuppressWarnings("deprecation")
  public static synchronized void register() {
    if (registered) {
      return;
    }
    NameResolverRegistry.getDefaultRegistry().register(new UdsNameResolverProvider());
    NameResolverRegistry.getDefaultRegistry().register(new UdsAbstractNameResolverProvider());
    ManagedChannelRegistry.getDefaultRegistry().register(new UdsChannelProvider());
    registered = true;
  }
}
