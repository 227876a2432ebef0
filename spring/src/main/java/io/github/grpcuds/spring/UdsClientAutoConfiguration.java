package io.github.grpcuds.spring;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.grpc.CompressorRegistry;
import io.grpc.DecompressorRegistry;
import io.grpc.stub.AbstractStub;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.grpc.client.autoconfigure.GrpcChannelFactoryCustomizer;
import org.springframework.boot.grpc.client.autoconfigure.GrpcClientDefaultServiceConfigCustomizer;
import org.springframework.boot.grpc.client.autoconfigure.GrpcClientProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.grpc.client.ChannelCredentialsProvider;
import org.springframework.grpc.client.ClientInterceptorsConfigurer;
import org.springframework.grpc.client.GrpcChannelBuilderCustomizer;
import org.springframework.grpc.client.GrpcChannelFactory;
import org.springframework.grpc.client.InProcessGrpcChannelFactory;

/**
 * Makes channels to Unix domain sockets. It comes after Boot's own configuration, so that Netty's
 * factory is there for other targets, and before the one that puts the factories together.
 */
@AutoConfiguration(
    afterName = "org.springframework.boot.grpc.client.autoconfigure.GrpcClientAutoConfiguration",
    beforeName =
        "org.springframework.boot.grpc.client.autoconfigure.CompositeChannelFactoryAutoConfiguration")
@ConditionalOnClass({
  AbstractStub.class, // as for Boot's own
  GrpcChannelFactory.class,
  GrpcClientProperties.class,
  UdsChannelBuilder.class
})
@ConditionalOnProperty(name = "spring.grpc.client.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty(
    name = "spring.grpc.client.channelfactory.enabled",
    matchIfMissing = true)
@EnableConfigurationProperties(GrpcClientProperties.class)
public final class UdsClientAutoConfiguration {
  /** Before Netty's factory, which takes every target. */
  @Bean
  @Order(Ordered.HIGHEST_PRECEDENCE)
  @ConditionalOnMissingBean(
      value = GrpcChannelFactory.class,
      ignoredType = {
        "org.springframework.grpc.client.InProcessGrpcChannelFactory",
        "org.springframework.grpc.client.NettyGrpcChannelFactory",
        "org.springframework.grpc.client.ShadedNettyGrpcChannelFactory"
      })
  UdsGrpcChannelFactory udsGrpcChannelFactory(
      ChannelCustomizers udsChannelCustomizers,
      ClientInterceptorsConfigurer interceptors,
      ChannelCredentialsProvider credentials,
      ObjectProvider<GrpcChannelFactoryCustomizer> factoryCustomizers) {
    UdsGrpcChannelFactory factory =
        new UdsGrpcChannelFactory(
            udsChannelCustomizers.forFactory(),
            interceptors,
            credentials,
            udsChannelCustomizers.targets());
    factoryCustomizers.orderedStream().forEach(customizer -> customizer.customize(factory));
    return factory;
  }

  /** For all other targets, if nothing else is. */
  @Bean
  @ConditionalOnBean(UdsGrpcChannelFactory.class)
  @ConditionalOnMissingBean(
      value = GrpcChannelFactory.class,
      ignored = {InProcessGrpcChannelFactory.class, UdsGrpcChannelFactory.class})
  OkHttpGrpcChannelFactory okHttpGrpcChannelFactory(
      ChannelCustomizers udsChannelCustomizers,
      ClientInterceptorsConfigurer interceptors,
      ChannelCredentialsProvider credentials,
      ObjectProvider<GrpcChannelFactoryCustomizer> factoryCustomizers) {
    OkHttpGrpcChannelFactory factory =
        new OkHttpGrpcChannelFactory(
            udsChannelCustomizers.forFactory(),
            interceptors,
            credentials,
            udsChannelCustomizers.targets());
    factoryCustomizers.orderedStream().forEach(customizer -> customizer.customize(factory));
    return factory;
  }

  @Bean
  ChannelCustomizers udsChannelCustomizers(
      Environment environment,
      GrpcClientProperties properties,
      ObjectProvider<CompressorRegistry> compressors,
      ObjectProvider<DecompressorRegistry> decompressors,
      ObjectProvider<GrpcChannelBuilderCustomizer<?>> customizers,
      ObjectProvider<GrpcClientDefaultServiceConfigCustomizer> serviceConfigs) {
    return new ChannelCustomizers(
        properties,
        new ChannelTargets(environment, properties),
        compressors,
        decompressors,
        customizers,
        serviceConfigs);
  }
}
