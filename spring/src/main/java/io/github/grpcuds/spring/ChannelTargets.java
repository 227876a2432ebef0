package io.github.grpcuds.spring;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.boot.grpc.client.autoconfigure.GrpcClientProperties;
import org.springframework.boot.grpc.client.autoconfigure.GrpcClientProperties.Channel;
import org.springframework.core.env.PropertyResolver;
import org.springframework.grpc.client.VirtualTargets;

/**
 * Which target a channel's name stands for: that of {@code spring.grpc.client.channel}, or the name
 * itself. As in Boot, placeholders are resolved in both, and {@code static:} and {@code tcp:} stand
 * for an address that is used as it is.
 */
record ChannelTargets(PropertyResolver environment, GrpcClientProperties properties)
    implements VirtualTargets {
  private static final String DEFAULT = "default";
  private static final Pattern PSEUDO_SCHEME = Pattern.compile("(static|tcp):/*");

  @Override
  public String getTarget(String name) {
    return withoutPseudoScheme(environment.resolvePlaceholders(written(name)));
  }

  private String written(String name) {
    Channel channel = properties.getChannel().get(name);
    if (channel != null) {
      return channel.getTarget();
    }
    return name.equals(DEFAULT) ? new Channel().getTarget() : name;
  }

  private static String withoutPseudoScheme(String target) {
    Matcher matcher = PSEUDO_SCHEME.matcher(target);
    return matcher.lookingAt() ? target.substring(matcher.end()) : target;
  }

  /** The properties of a channel: its own, or those of the channel named default; may be null. */
  static Channel channelOf(GrpcClientProperties properties, String name) {
    Map<String, Channel> channels = properties.getChannel();
    Channel channel = channels.get(name);
    return channel != null ? channel : channels.get(DEFAULT);
  }
}
