package io.github.grpcuds.bridge;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.LoadBalancerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ManagedChannelProvider.ProviderNotFoundException;
import io.grpc.NameResolverRegistry;
import io.grpc.TlsChannelCredentials;
import java.io.File;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Where calls go: {@code --to} and what goes with it. */
final class Backend {
  private Backend() {}

  static ManagedChannel connect(Arguments arguments) throws UsageException {
    String target = arguments.required("--to");
    if (isXds(target) && !isXdsHere()) {
      throw new UsageException(
          "--to cannot be used: " + target + ": grpc-xds is not in lib, nor what it needs");
    }
    try {
      return configure(Grpc.newChannelBuilder(target, credentials(arguments)), arguments).build();
    } catch (IllegalArgumentException | ProviderNotFoundException e) {
      throw new UsageException("--to cannot be used: " + target, e);
    }
  }

  private static boolean isXds(String target) {
    return target.startsWith("xds:");
  }

  private static boolean isXdsHere() {
    return NameResolverRegistry.getDefaultRegistry().getProviderForScheme("xds") != null;
  }

  /**
   * Retries are the caller's: it knows which calls may run twice, and grpc-okhttp repeats on its
   * own those of a connection that was lost, though they may have been served.
   */
  private static ManagedChannelBuilder<?> configure(
      ManagedChannelBuilder<?> builder, Arguments arguments) throws UsageException {
    builder.disableRetry();
    builder.maxInboundMessageSize(arguments.number("--max-message", Limits.MESSAGE));
    builder.maxInboundMetadataSize(arguments.number("--max-metadata", Limits.METADATA));
    if (arguments.has("--balance")) {
      builder.defaultLoadBalancingPolicy(balancer(arguments.get("--balance")));
    }
    if (arguments.has("--keepalive")) {
      builder.keepAliveTime(arguments.number("--keepalive", 1), TimeUnit.SECONDS);
    }
    String authority = arguments.get("--authority");
    if (authority != null && !authority.equals(UdsBridgeMain.CALLER)) {
      builder.overrideAuthority(authority);
    }
    return builder.intercept(new FailureLog(arguments.get("--to")));
  }

  private static String balancer(String policy) throws UsageException {
    if (LoadBalancerRegistry.getDefaultRegistry().getProvider(policy) == null) {
      throw new UsageException("--balance is not a policy that is here: " + policy);
    }
    return policy;
  }

  static boolean usesTls(Arguments arguments) {
    return arguments.has("--tls") || arguments.has("--tls-ca") || arguments.has("--tls-cert");
  }

  private static ChannelCredentials credentials(Arguments arguments) throws UsageException {
    if (arguments.has("--tls-cert") != arguments.has("--tls-key")) {
      throw new UsageException("--tls-cert and --tls-key go together");
    }
    if (!usesTls(arguments)) {
      return InsecureChannelCredentials.create();
    }
    TlsChannelCredentials.Builder tls = TlsChannelCredentials.newBuilder();
    try {
      if (arguments.has("--tls-ca")) {
        tls.trustManager(new File(arguments.get("--tls-ca")));
      }
      if (arguments.has("--tls-cert")) {
        tls.keyManager(new File(arguments.get("--tls-cert")), new File(arguments.get("--tls-key")));
      }
    } catch (IOException e) {
      throw new UsageException("a file of --tls-ca, --tls-cert or --tls-key cannot be read", e);
    }
    return tls.build();
  }
}
