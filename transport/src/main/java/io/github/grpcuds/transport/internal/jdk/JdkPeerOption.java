package io.github.grpcuds.transport.internal.jdk;

import io.github.grpcuds.transport.PeerCredentials;
import io.github.grpcuds.transport.internal.Platform;
import io.github.grpcuds.transport.internal.UserTypes;
import io.github.grpcuds.transport.internal.peer.IdNamespace;
import io.github.grpcuds.transport.internal.peer.IdText;
import io.github.grpcuds.transport.internal.peer.PrincipalIds;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipal;

/** {@code jdk.net.ExtendedSocketOptions.SO_PEERCRED}, which is not in Java SE. */
final class JdkPeerOption {
  static final SocketOption<?> FOUND = find();

  private JdkPeerOption() {}

  private static SocketOption<?> find() {
    try {
      Class<?> options = Class.forName("jdk.net.ExtendedSocketOptions");
      return (SocketOption<?>) options.getField("SO_PEERCRED").get(null);
    } catch (ReflectiveOperationException | LinkageError e) {
      return null; // module jdk.net is not in this runtime image
    }
  }

  /** Why nothing can be told of a peer, to end a sentence; null if it can. */
  static String refusal() {
    if (FOUND != null) {
      return null;
    }
    return Platform.WINDOWS
        ? "the jdk backend cannot tell on Windows"
        : "this Java runtime lacks the module jdk.net (jlink --add-modules jdk.net)";
  }

  static PeerCredentials toCredentials(Object principal) throws SocketException {
    try {
      Class<?> type = Class.forName("jdk.net.UnixDomainPrincipal");
      UserPrincipal user = (UserPrincipal) type.getMethod("user").invoke(principal);
      GroupPrincipal group = (GroupPrincipal) type.getMethod("group").invoke(principal);
      return UserTypes.get()
          .ofNames(
              id(user, IdNamespace.USERS),
              id(group, IdNamespace.GROUPS),
              name(user, IdNamespace.USERS),
              name(group, IdNamespace.GROUPS));
    } catch (ReflectiveOperationException e) {
      throw new SocketException("cannot read SO_PEERCRED: " + e);
    }
  }

  private static Integer id(UserPrincipal principal, IdNamespace namespace) {
    Integer id = PrincipalIds.of(principal);
    return id == null ? null : namespace.known(id);
  }

  /** Without its id, a name may be that of the id which stands for anybody. */
  private static String name(UserPrincipal principal, IdNamespace namespace) {
    String name = principal.getName();
    boolean known = id(principal, namespace) != null || namespace.mapsAll();
    return known && !IdText.isNumber(name) ? name : null;
  }
}
