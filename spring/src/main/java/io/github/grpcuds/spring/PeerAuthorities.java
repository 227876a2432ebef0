package io.github.grpcuds.spring;

import io.github.grpcuds.transport.PeerCredentials;
import java.util.LinkedHashSet;
import java.util.Set;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/** The authorities of a peer: its ids and names. What is not known gives none. */
final class PeerAuthorities {
  private PeerAuthorities() {}

  static Set<GrantedAuthority> of(PeerCredentials peer) {
    Set<GrantedAuthority> authorities = new LinkedHashSet<>();
    addId(authorities, "UID_", peer.uid());
    add(authorities, "USER_", peer.user());
    addId(authorities, "GID_", peer.gid());
    add(authorities, "GROUP_", peer.group());
    if (peer.supplementaryGids() != null) {
      peer.supplementaryGids().forEach(gid -> addId(authorities, "GID_", gid));
    }
    return authorities;
  }

  private static void addId(Set<GrantedAuthority> authorities, String prefix, Integer id) {
    add(authorities, prefix, id == null ? null : Integer.toUnsignedString(id));
  }

  private static void add(Set<GrantedAuthority> authorities, String prefix, String what) {
    if (what != null) {
      authorities.add(new SimpleGrantedAuthority(prefix + what));
    }
  }
}
