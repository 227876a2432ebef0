package io.github.grpcuds.spring;

import io.grpc.ManagedChannelBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.grpc.client.autoconfigure.GrpcClientDefaultServiceConfigCustomizer;
import org.springframework.boot.grpc.client.autoconfigure.GrpcClientProperties;
import org.springframework.boot.grpc.client.autoconfigure.GrpcClientProperties.Channel;
import org.springframework.grpc.client.GrpcChannelBuilderCustomizer;

/** Sets the service config: that of the properties, and what customizers make of it. */
record ChannelServiceConfig<B extends ManagedChannelBuilder<B>>(
    GrpcClientProperties properties, List<GrpcClientDefaultServiceConfigCustomizer> customizers)
    implements GrpcChannelBuilderCustomizer<B> {
  private static final String HEALTH = "healthCheckConfig";

  @Override
  public void customize(String target, B builder) {
    Map<String, Object> config = new LinkedHashMap<>();
    Channel channel = ChannelTargets.channelOf(properties, target);
    if (channel != null) {
      apply(channel, config);
    }
    customizers.forEach(customizer -> customizer.customize(target, config));
    if (!config.isEmpty()) {
      builder.defaultServiceConfig(config);
    }
  }

  private static void apply(Channel channel, Map<String, Object> config) {
    if (channel.getServiceConfig() != null) {
      channel.getServiceConfig().applyTo(config);
    }
    if (channel.getHealth().isEnabled()) {
      String service = channel.getHealth().getServiceName();
      Map<String, ?> health = Map.of("serviceName", service == null ? "" : service);
      Object before = config.put(HEALTH, health);
      if (before != null && !before.equals(health)) {
        throw new IllegalStateException(
            "health.service-name and service-config.healthcheck of a channel differ: "
                + health
                + " and "
                + before);
      }
    }
  }
}
