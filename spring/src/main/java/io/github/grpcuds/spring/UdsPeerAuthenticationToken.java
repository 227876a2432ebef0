package io.github.grpcuds.spring;

import io.github.grpcuds.transport.PeerCredentials;
import java.util.Collection;
import java.util.List;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.GrantedAuthority;

/**
 * The process at the other end of a Unix domain socket as the one who makes a call. Its principal
 * is the {@link PeerCredentials}, and its name the user's, or {@code uid:1000} if the user has
 * none.
 */
public final class UdsPeerAuthenticationToken extends AbstractAuthenticationToken {
  private static final long serialVersionUID = 1;

  private final transient PeerCredentials peer;
  private final String name;

  private UdsPeerAuthenticationToken(
      PeerCredentials peer,
      String name,
      Collection<? extends GrantedAuthority> authorities,
      boolean authenticated) {
    super(authorities);
    this.peer = peer;
    this.name = name;
    super.setAuthenticated(authenticated);
  }

  static UdsPeerAuthenticationToken unauthenticated(PeerCredentials peer) {
    return new UdsPeerAuthenticationToken(peer, nameOf(peer), List.of(), false);
  }

  UdsPeerAuthenticationToken authenticated(Collection<? extends GrantedAuthority> authorities) {
    return new UdsPeerAuthenticationToken(peer, name, authorities, true);
  }

  private static String nameOf(PeerCredentials peer) {
    String user = peer.user();
    return user != null ? user : "uid:" + Integer.toUnsignedString(peer.uid());
  }

  /** Returns what the kernel says of the peer. */
  @Override
  public PeerCredentials getPrincipal() {
    return peer;
  }

  /** Returns null: the kernel's word needs no proof. */
  @Override
  public Object getCredentials() {
    return null;
  }

  @Override
  public String getName() {
    return name;
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other)
        && other instanceof UdsPeerAuthenticationToken token
        && name.equals(token.name);
  }

  @Override
  public int hashCode() {
    return 31 * super.hashCode() + name.hashCode();
  }
}
