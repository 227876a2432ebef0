package io.github.grpcuds.spring;

import io.github.grpcuds.server.UdsServerBuilder;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerProperties;
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerProperties.Keepalive;
import org.springframework.grpc.server.ServerBuilderCustomizer;
import org.springframework.util.unit.DataSize;

/**
 * Sets what {@code spring.grpc.server} says of messages and keepalive, with Boot's defaults where
 * it says nothing, so that a server behaves as it did over TCP.
 */
record ServerPropertiesCustomizer(GrpcServerProperties properties)
    implements ServerBuilderCustomizer<UdsServerBuilder> {
  @Override
  public void customize(UdsServerBuilder builder) {
    builder.maxInboundMessageSize(bytes(properties.getInbound().getMessage().getMaxSize()));
    builder.maxInboundMetadataSize(bytes(properties.getInbound().getMetadata().getMaxSize()));
    Keepalive keepalive = properties.getKeepalive();
    set(keepalive.getTime(), builder::keepAliveTime);
    set(keepalive.getTimeout(), builder::keepAliveTimeout);
    set(keepalive.getConnection().getMaxIdleTime(), builder::maxConnectionIdle);
    set(keepalive.getConnection().getMaxAge(), builder::maxConnectionAge);
    set(keepalive.getConnection().getGracePeriod(), builder::maxConnectionAgeGrace);
    set(keepalive.getPermit().getTime(), builder::permitKeepAliveTime);
    builder.permitKeepAliveWithoutCalls(keepalive.getPermit().isWithoutCalls());
  }

  private static int bytes(DataSize size) {
    return Math.toIntExact(size.toBytes());
  }

  private static void set(Duration time, BiConsumer<Long, TimeUnit> option) {
    if (time != null) {
      option.accept(time.toNanos(), TimeUnit.NANOSECONDS);
    }
  }
}
