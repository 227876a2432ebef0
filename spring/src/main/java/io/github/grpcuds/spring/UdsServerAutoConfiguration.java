package io.github.grpcuds.spring;

import io.github.grpcuds.server.PeerIdentity;
import io.github.grpcuds.server.UdsServerBuilder;
import io.grpc.CompressorRegistry;
import io.grpc.DecompressorRegistry;
import io.grpc.ServerInterceptor;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerExecutorProvider;
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerFactoryCustomizer;
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.grpc.server.GlobalServerInterceptor;
import org.springframework.grpc.server.GrpcServerFactory;
import org.springframework.grpc.server.InProcessGrpcServerFactory;
import org.springframework.grpc.server.ServerBuilderCustomizer;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;
import org.springframework.grpc.server.service.GrpcServiceConfigurer;
import org.springframework.grpc.server.service.GrpcServiceDiscoverer;

/**
 * Serves gRPC on a Unix domain socket where the properties ask for one. It comes before Boot's own
 * configuration, which then makes no server with Netty.
 */
@AutoConfiguration(
    beforeName = "org.springframework.boot.grpc.server.autoconfigure.GrpcServerAutoConfiguration")
@ConditionalOnClass({GrpcServerFactory.class, GrpcServerProperties.class, UdsServerBuilder.class})
@ConditionalOnBooleanProperty(name = "spring.grpc.server.enabled", matchIfMissing = true)
public final class UdsServerAutoConfiguration {
  /** Static, and without dependencies: it is made before any properties are bound. */
  @Bean
  static UnixAddressBinding unixAddressBinding(Environment environment) {
    return new UnixAddressBinding(environment);
  }

  /**
   * The server itself. Its factory is there whether or not the application has services, which may
   * come from configurations that are read later: were it not, Boot would serve them over TCP.
   */
  @Configuration(proxyBeanMethods = false)
  @Conditional(OnUnixServerCondition.class)
  @ConditionalOnMissingBean(
      value = GrpcServerFactory.class,
      ignored = InProcessGrpcServerFactory.class)
  @ConditionalOnBooleanProperty(name = "spring.grpc.server.factory.enabled", matchIfMissing = true)
  @EnableConfigurationProperties({GrpcServerProperties.class, UdsServerProperties.class})
  static class UdsServerConfiguration {
    @Bean
    UdsGrpcServerFactory udsGrpcServerFactory(
        Environment environment,
        GrpcServerProperties serverProperties,
        UdsServerProperties udsProperties,
        SslBundles bundles,
        ServerCustomizers serverCustomizers,
        ObjectProvider<GrpcServiceDiscoverer> discoverer,
        ObjectProvider<GrpcServiceConfigurer> configurer,
        ObjectProvider<GrpcServerFactoryCustomizer> factoryCustomizers) {
      ServerEndpoint endpoint =
          ServerEndpoint.of(
              ServerAddressProperties.of(environment), udsProperties.getSystemd().getName());
      ServerTls tls = ServerTls.of(serverProperties.getSsl(), bundles);
      UdsGrpcServerFactory factory =
          new UdsGrpcServerFactory(endpoint, udsProperties, serverCustomizers.forFactory(), tls);
      factoryCustomizers.orderedStream().forEach(customizer -> customizer.customize(factory));
      discoverer.ifAvailable(services -> factory.addServices(services, configurer.getObject()));
      return factory;
    }

    @Bean
    ServerCustomizers udsServerCustomizers(
        GrpcServerProperties properties,
        ObjectProvider<CompressorRegistry> compressors,
        ObjectProvider<DecompressorRegistry> decompressors,
        ObjectProvider<GrpcServerExecutorProvider> executors,
        ObjectProvider<ServerBuilderCustomizer<?>> customizers) {
      return new ServerCustomizers(properties, compressors, decompressors, executors, customizers);
    }

    @Bean
    @ConditionalOnMissingBean(name = "udsGrpcServerLifecycle")
    GrpcServerLifecycle udsGrpcServerLifecycle(
        UdsGrpcServerFactory factory,
        GrpcServerProperties properties,
        ApplicationEventPublisher publisher) {
      return new UdsServerLifecycle(factory, properties.getShutdown().getGracePeriod(), publisher);
    }

    /** Before all others, which may ask who calls. */
    @Bean
    @GlobalServerInterceptor
    @Order(Ordered.HIGHEST_PRECEDENCE)
    @ConditionalOnMissingBean(name = "peerIdentityInterceptor")
    ServerInterceptor peerIdentityInterceptor() {
      return PeerIdentity.interceptor();
    }
  }
}
