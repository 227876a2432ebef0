package io.github.grpcuds.spring;

import io.grpc.ManagedChannelBuilder;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.springframework.boot.grpc.client.autoconfigure.GrpcClientProperties;
import org.springframework.boot.grpc.client.autoconfigure.GrpcClientProperties.Channel;
import org.springframework.grpc.client.GrpcChannelBuilderCustomizer;
import org.springframework.grpc.client.interceptor.DefaultDeadlineSetupClientInterceptor;
import org.springframework.util.unit.DataSize;

/**
 * Sets what {@code spring.grpc.client.channel} says, with Boot's defaults where it says nothing, so
 * that a channel behaves as it did over TCP.
 */
record ChannelPropertiesCustomizer<B extends ManagedChannelBuilder<B>>(
    GrpcClientProperties properties, ChannelTargets targets)
    implements GrpcChannelBuilderCustomizer<B> {
  private static final long UNLIMITED = -1;

  @Override
  public void customize(String target, B builder) {
    Channel found = ChannelTargets.channelOf(properties, target);
    Channel channel = found != null ? found : new Channel();
    if (channel.getUserAgent() != null) {
      builder.userAgent(channel.getUserAgent());
    }
    builder.maxInboundMessageSize(bytes(channel.getInbound().getMessage().getMaxSize()));
    builder.maxInboundMetadataSize(bytes(channel.getInbound().getMetadata().getMaxSize()));
    setDeadline(channel.getDefault().getDeadline(), builder);
    // With a single socket there is nothing to balance, and pick_first connects only for a call.
    if (!UnixTargets.isSingleSocket(targets.getTarget(target))) {
      builder.defaultLoadBalancingPolicy(channel.getDefault().getLoadBalancingPolicy());
    }
    set(channel.getIdle().getTimeout(), builder::idleTimeout);
    set(channel.getKeepalive().getTime(), builder::keepAliveTime);
    set(channel.getKeepalive().getTimeout(), builder::keepAliveTimeout);
    builder.keepAliveWithoutCalls(channel.getKeepalive().isWithoutCalls());
  }

  private static void setDeadline(Duration deadline, ManagedChannelBuilder<?> builder) {
    if (deadline != null && deadline.toMillis() > 0) {
      builder.intercept(new DefaultDeadlineSetupClientInterceptor(deadline));
    }
  }

  private static int bytes(DataSize size) {
    long bytes = size.toBytes();
    return bytes == UNLIMITED ? Integer.MAX_VALUE : Math.toIntExact(bytes);
  }

  private static void set(Duration time, BiConsumer<Long, TimeUnit> option) {
    if (time != null) {
      option.accept(time.toNanos(), TimeUnit.NANOSECONDS);
    }
  }
}
