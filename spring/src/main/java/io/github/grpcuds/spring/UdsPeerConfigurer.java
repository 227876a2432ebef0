package io.github.grpcuds.spring;

import io.github.grpcuds.server.PeerIdentity;
import io.github.grpcuds.transport.PeerCredentials;
import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.util.Collection;
import java.util.Objects;
import java.util.function.Function;
import org.springframework.core.Ordered;
import org.springframework.grpc.server.security.AuthenticationProcessInterceptor;
import org.springframework.grpc.server.security.GrpcAuthenticationExtractor;
import org.springframework.grpc.server.security.GrpcSecurity;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.config.annotation.SecurityConfigurerAdapter;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;

/**
 * Makes the process at the other end of a Unix domain socket the principal of its calls, by what
 * the kernel says of it:
 *
 * <pre>{@code
 * @Bean
 * @GlobalServerInterceptor
 * AuthenticationProcessInterceptor security(GrpcSecurity security) throws Exception {
 *   return security
 *       .with(new UdsPeerConfigurer(), peers -> {})
 *       .authorizeRequests(requests -> requests
 *           .methods("Admin/*").hasAuthority("UID_0")
 *           .allRequests().hasAuthority("GROUP_app"))
 *       .build();
 * }
 * }</pre>
 *
 * <p>Everybody who can connect is authenticated by that, so {@code authenticated()} alone lets
 * every user in whom the socket's mode and {@code grpcuds.server.peer} let in. Credentials in the
 * headers of a call, such as a bearer token, go before. A peer of whom neither uid nor user name is
 * known is not authenticated, nor is a caller on another transport.
 *
 * <p>The authorities are those of {@link #authorities}. It asks for names, which looks them up once
 * a connection, in the thread of its first call.
 */
public final class UdsPeerConfigurer
    extends SecurityConfigurerAdapter<AuthenticationProcessInterceptor, GrpcSecurity> {
  private Function<PeerCredentials, ? extends Collection<? extends GrantedAuthority>> authorities =
      PeerAuthorities::of;

  /** Creates one with the authorities that {@link #authorities} describes. */
  public UdsPeerConfigurer() {}

  /**
   * Sets which authorities a peer has. Default, as far as it is known: {@code UID_1000}, {@code
   * USER_alice}, {@code GID_1000} of the effective group and each supplementary one, and {@code
   * GROUP_alice} of the effective group.
   *
   * @param authorities is called for each call; a RuntimeException of it ends the call
   */
  public UdsPeerConfigurer authorities(
      Function<PeerCredentials, ? extends Collection<? extends GrantedAuthority>> authorities) {
    this.authorities = Objects.requireNonNull(authorities, "authorities");
    return this;
  }

  @Override
  public void init(GrpcSecurity security) {
    security.authenticationExtractor(new Extractor());
    security.authenticationProvider(new Provider(authorities));
  }

  /** After those that look for credentials in the headers. */
  private static final class Extractor implements GrpcAuthenticationExtractor, Ordered {
    @Override
    public int getOrder() {
      return LOWEST_PRECEDENCE;
    }

    @Override
    public Authentication extract(
        Metadata headers, Attributes attributes, MethodDescriptor<?, ?> method) {
      PeerCredentials peer = PeerIdentity.of(attributes);
      boolean known = peer != null && (peer.uid() != null || peer.user() != null);
      return known ? UdsPeerAuthenticationToken.unauthenticated(peer) : null;
    }
  }

  /** The kernel has authenticated the peer when it connected. */
  private record Provider(
      Function<PeerCredentials, ? extends Collection<? extends GrantedAuthority>> authorities)
      implements AuthenticationProvider {
    @Override
    public Authentication authenticate(Authentication authentication) {
      UdsPeerAuthenticationToken token = (UdsPeerAuthenticationToken) authentication;
      return token.authenticated(authorities.apply(token.getPrincipal()));
    }

    @Override
    public boolean supports(Class<?> authentication) {
      return UdsPeerAuthenticationToken.class.isAssignableFrom(authentication);
    }
  }
}
