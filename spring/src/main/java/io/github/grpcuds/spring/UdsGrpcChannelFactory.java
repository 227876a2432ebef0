package io.github.grpcuds.spring;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.grpc.ChannelCredentials;
import java.util.List;
import org.springframework.grpc.client.ChannelCredentialsProvider;
import org.springframework.grpc.client.ClientInterceptorsConfigurer;
import org.springframework.grpc.client.DefaultGrpcChannelFactory;
import org.springframework.grpc.client.GrpcChannelBuilderCustomizer;
import org.springframework.grpc.client.VirtualTargets;

/**
 * Makes channels to {@code unix:} and {@code unix-abstract:} targets, and to those alone: others
 * are left to the other factories. What properties do not have, a bean of the type {@code
 * GrpcChannelBuilderCustomizer<UdsChannelBuilder>} can set.
 */
public final class UdsGrpcChannelFactory extends DefaultGrpcChannelFactory<UdsChannelBuilder> {
  UdsGrpcChannelFactory(
      List<GrpcChannelBuilderCustomizer<UdsChannelBuilder>> customizers,
      ClientInterceptorsConfigurer interceptors,
      ChannelCredentialsProvider credentials,
      VirtualTargets targets) {
    super(customizers, interceptors);
    setCredentialsProvider(credentials);
    setVirtualTargets(targets);
  }

  /**
   * Returns whether it makes channels to a target.
   *
   * @param target a target or the name of a channel
   */
  @Override
  public boolean supports(String target) {
    return UnixTargets.isUnix(targets.getTarget(target));
  }

  @Override
  protected UdsChannelBuilder newChannelBuilder(String target, ChannelCredentials credentials) {
    return UdsChannelBuilder.forTarget(target, credentials);
  }
}
