package io.github.grpcuds.android.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import android.net.LocalSocketAddress;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.UserTypes;
import java.util.Arrays;

/** Addresses as {@link LocalSocketAddress} has them. */
final class LocalAddresses {
  private LocalAddresses() {}

  /**
   * The same address. A path of the reserved name space, which is the folder /dev/socket, is a path
   * as any other.
   */
  static LocalSocketAddress of(UdsAddress address) {
    return address.isAbstract()
        ? new LocalSocketAddress(name(address), LocalSocketAddress.Namespace.ABSTRACT)
        : new LocalSocketAddress(address.path(), LocalSocketAddress.Namespace.FILESYSTEM);
  }

  private static String name(UdsAddress address) {
    return new String(UserTypes.get().bytes(address), UTF_8);
  }

  /**
   * Why a LocalSocket cannot use the address; null if it can. Its native code gets names in JNI's
   * modified UTF-8, in which NUL and what is beyond the basic plane have other bytes, and ends them
   * at the first zero.
   */
  static String refusal(UdsAddress address) {
    String name = name(address);
    if (!Arrays.equals(name.getBytes(UTF_8), UserTypes.get().bytes(address))) {
      return "Android's LocalSocket takes names in UTF-8, and this one is not";
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == 0 || Character.isSurrogate(c)) {
        return "Android's LocalSocket changes NUL and characters beyond U+FFFF in names";
      }
    }
    return null;
  }
}
