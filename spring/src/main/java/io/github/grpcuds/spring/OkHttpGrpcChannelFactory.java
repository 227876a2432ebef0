package io.github.grpcuds.spring;

import io.grpc.ChannelCredentials;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.util.List;
import org.springframework.grpc.client.ChannelCredentialsProvider;
import org.springframework.grpc.client.ClientInterceptorsConfigurer;
import org.springframework.grpc.client.DefaultGrpcChannelFactory;
import org.springframework.grpc.client.GrpcChannelBuilderCustomizer;
import org.springframework.grpc.client.VirtualTargets;

/**
 * Makes channels over TCP where Netty is not there to do so, with grpc-okhttp, which our own
 * channels need anyway.
 */
final class OkHttpGrpcChannelFactory extends DefaultGrpcChannelFactory<OkHttpChannelBuilder> {
  OkHttpGrpcChannelFactory(
      List<GrpcChannelBuilderCustomizer<OkHttpChannelBuilder>> customizers,
      ClientInterceptorsConfigurer interceptors,
      ChannelCredentialsProvider credentials,
      VirtualTargets targets) {
    super(customizers, interceptors);
    setCredentialsProvider(credentials);
    setVirtualTargets(targets);
  }

  @Override
  public boolean supports(String target) {
    return super.supports(target) && !UnixTargets.isUnix(targets.getTarget(target));
  }

  @Override
  protected OkHttpChannelBuilder newChannelBuilder(String target, ChannelCredentials credentials) {
    return OkHttpChannelBuilder.forTarget(target, credentials);
  }
}
