package io.github.grpcuds.spring;

import org.springframework.boot.context.properties.ConfigurationPropertiesBindHandlerAdvisor;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.env.PropertyResolver;

/**
 * Keeps a {@code unix:} address from Boot, whose property is an {@link java.net.InetAddress}: to
 * Boot's properties it is as if none was set. All other addresses are bound as ever.
 */
final class UnixAddressBinding implements ConfigurationPropertiesBindHandlerAdvisor {
  private static final ConfigurationPropertyName ADDRESS =
      ConfigurationPropertyName.of(ServerAddressProperties.ADDRESS);

  private final PropertyResolver environment;

  UnixAddressBinding(PropertyResolver environment) {
    this.environment = environment;
  }

  @Override
  public BindHandler apply(BindHandler bindHandler) {
    return new AbstractBindHandler(bindHandler) {
      @Override
      public <T> Bindable<T> onStart(
          ConfigurationPropertyName name, Bindable<T> target, BindContext context) {
        return isOurs(name) ? null : super.onStart(name, target, context);
      }
    };
  }

  private boolean isOurs(ConfigurationPropertyName name) {
    return name.equals(ADDRESS)
        && UnixTargets.isUnix(environment.getProperty(ServerAddressProperties.ADDRESS));
  }
}
