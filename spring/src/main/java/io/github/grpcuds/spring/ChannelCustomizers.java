package io.github.grpcuds.spring;

import io.grpc.CompressorRegistry;
import io.grpc.DecompressorRegistry;
import io.grpc.ManagedChannelBuilder;
import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.grpc.client.autoconfigure.GrpcClientDefaultServiceConfigCustomizer;
import org.springframework.boot.grpc.client.autoconfigure.GrpcClientProperties;
import org.springframework.boot.util.LambdaSafe;
import org.springframework.grpc.client.GrpcChannelBuilderCustomizer;

/**
 * What is applied to a channel's builder, in Boot's order: the codecs, the properties, the
 * application's customizers, those for builders of another kind left out, and the service config.
 */
final class ChannelCustomizers {
  private final GrpcClientProperties properties;
  private final ChannelTargets targets;
  private final ObjectProvider<CompressorRegistry> compressors;
  private final ObjectProvider<DecompressorRegistry> decompressors;
  private final ObjectProvider<GrpcChannelBuilderCustomizer<?>> ofTheApplication;
  private final ObjectProvider<GrpcClientDefaultServiceConfigCustomizer> serviceConfigs;

  ChannelCustomizers(
      GrpcClientProperties properties,
      ChannelTargets targets,
      ObjectProvider<CompressorRegistry> compressors,
      ObjectProvider<DecompressorRegistry> decompressors,
      ObjectProvider<GrpcChannelBuilderCustomizer<?>> ofTheApplication,
      ObjectProvider<GrpcClientDefaultServiceConfigCustomizer> serviceConfigs) {
    this.properties = properties;
    this.targets = targets;
    this.compressors = compressors;
    this.decompressors = decompressors;
    this.ofTheApplication = ofTheApplication;
    this.serviceConfigs = serviceConfigs;
  }

  /** What the names of channels stand for. */
  ChannelTargets targets() {
    return targets;
  }

  <B extends ManagedChannelBuilder<B>> List<GrpcChannelBuilderCustomizer<B>> forFactory() {
    List<GrpcChannelBuilderCustomizer<B>> all = new ArrayList<>();
    compressors.ifAvailable(
        registry -> all.add((target, builder) -> builder.compressorRegistry(registry)));
    decompressors.ifAvailable(
        registry -> all.add((target, builder) -> builder.decompressorRegistry(registry)));
    all.add(new ChannelPropertiesCustomizer<>(properties, targets));
    List<GrpcChannelBuilderCustomizer<?>> others = ofTheApplication.orderedStream().toList();
    all.add((target, builder) -> applyThoseThatFit(others, target, builder));
    all.add(new ChannelServiceConfig<>(properties, serviceConfigs.orderedStream().toList()));
    return all;
  }

  @SuppressWarnings("unchecked") // LambdaSafe leaves out what does not take this builder
  private static void applyThoseThatFit(
      List<GrpcChannelBuilderCustomizer<?>> customizers,
      String target,
      ManagedChannelBuilder<?> builder) {
    LambdaSafe.callbacks(GrpcChannelBuilderCustomizer.class, customizers, builder)
        .withLogger(ChannelCustomizers.class)
        .invoke(customizer -> customizer.customize(target, builder));
  }
}
