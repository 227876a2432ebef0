package io.github.grpcuds.okhttp;

import io.grpc.InternalManagedChannelProvider;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ManagedChannelProvider;
import io.grpc.ManagedChannelRegistry;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The provider that would serve a target if this library were not there.
 *
 * <p>gRPC keeps its sorted list of providers to itself, so it is read by reflection. Should that
 * fail with a later gRPC, grpc-okhttp serves, which is there for sure, and the log says so.
 */
final class NextProvider {
  private static final Logger logger = Logger.getLogger(NextProvider.class.getName());

  private NextProvider() {}

  static ManagedChannelBuilder<?> builderForTarget(ManagedChannelProvider self, String target) {
    ManagedChannelProvider next = find(self);
    return next == null
        ? OkHttpChannelBuilder.forTarget(target)
        : InternalManagedChannelProvider.builderForTarget(next, target);
  }

  static ManagedChannelBuilder<?> builderForAddress(
      ManagedChannelProvider self, String name, int port) {
    ManagedChannelProvider next = find(self);
    return next == null
        ? OkHttpChannelBuilder.forAddress(name, port)
        : InternalManagedChannelProvider.builderForAddress(next, name, port);
  }

  /** Null if gRPC's list cannot be read or nobody but us is in it. */
  private static ManagedChannelProvider find(ManagedChannelProvider self) {
    try {
      Method providers = ManagedChannelRegistry.class.getDeclaredMethod("providers");
      providers.setAccessible(true);
      Object sorted = providers.invoke(ManagedChannelRegistry.getDefaultRegistry());
      for (Object provider : (Collection<?>) sorted) {
        if (provider.getClass() != self.getClass()) {
          return (ManagedChannelProvider) provider;
        }
      }
    } catch (ReflectiveOperationException | RuntimeException e) {
      logger.log(Level.WARNING, "Cannot find gRPC's other channel providers, use grpc-okhttp", e);
    }
    return null;
  }
}
