package io.github.grpcuds.spring;

import io.grpc.TlsServerCredentials.ClientAuth;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslManagerBundle;
import org.springframework.grpc.internal.InsecureTrustManagerFactory;

/**
 * The server's part of TLS, as {@code spring.grpc.server.ssl} asks for it.
 *
 * @param keys null for plain text
 * @param trust null for plain text
 */
record ServerTls(KeyManagerFactory keys, TrustManagerFactory trust, ClientAuth clientAuth) {
  private static final String BUNDLE = "spring.grpc.server.ssl.bundle";

  static ServerTls of(GrpcServerProperties.Ssl ssl, SslBundles bundles) {
    String bundle = ssl.getBundle();
    boolean enabled = ssl.getEnabled() == null ? bundle != null : ssl.getEnabled();
    if (!enabled) {
      return new ServerTls(null, null, ssl.getClientAuth());
    }
    if (bundle == null) {
      throw new InvalidConfigurationPropertyValueException(
          BUNDLE, null, "spring.grpc.server.ssl.enabled is true, and that needs a bundle.");
    }
    SslManagerBundle managers = bundles.getBundle(bundle).getManagers();
    TrustManagerFactory trust =
        ssl.isSecure() ? managers.getTrustManagerFactory() : InsecureTrustManagerFactory.INSTANCE;
    return new ServerTls(managers.getKeyManagerFactory(), trust, ssl.getClientAuth());
  }
}
