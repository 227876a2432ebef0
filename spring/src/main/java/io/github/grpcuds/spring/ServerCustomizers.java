package io.github.grpcuds.spring;

import io.github.grpcuds.server.UdsServerBuilder;
import io.grpc.CompressorRegistry;
import io.grpc.DecompressorRegistry;
import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerExecutorProvider;
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerProperties;
import org.springframework.boot.util.LambdaSafe;
import org.springframework.grpc.server.ServerBuilderCustomizer;

/**
 * What is applied to the builder, in Boot's order: the codecs, the executor, the properties, and
 * then the application's customizers, those for builders of another kind left out.
 */
final class ServerCustomizers {
  private final List<ServerBuilderCustomizer<?>> customizers = new ArrayList<>();

  ServerCustomizers(
      GrpcServerProperties properties,
      ObjectProvider<CompressorRegistry> compressors,
      ObjectProvider<DecompressorRegistry> decompressors,
      ObjectProvider<GrpcServerExecutorProvider> executors,
      ObjectProvider<ServerBuilderCustomizer<?>> ofTheApplication) {
    compressors.ifAvailable(registry -> add(builder -> builder.compressorRegistry(registry)));
    decompressors.ifAvailable(registry -> add(builder -> builder.decompressorRegistry(registry)));
    executors.ifAvailable(provider -> add(builder -> builder.executor(provider.getExecutor())));
    add(new ServerPropertiesCustomizer(properties));
    ofTheApplication.orderedStream().forEach(customizers::add);
  }

  private void add(ServerBuilderCustomizer<UdsServerBuilder> customizer) {
    customizers.add(customizer);
  }

  List<ServerBuilderCustomizer<UdsServerBuilder>> forFactory() {
    return List.of(this::apply);
  }

  @SuppressWarnings("unchecked") // LambdaSafe leaves out what does not take this builder
  private void apply(UdsServerBuilder builder) {
    LambdaSafe.callbacks(ServerBuilderCustomizer.class, customizers, builder)
        .withLogger(ServerCustomizers.class)
        .invoke(customizer -> customizer.customize(builder));
  }
}
