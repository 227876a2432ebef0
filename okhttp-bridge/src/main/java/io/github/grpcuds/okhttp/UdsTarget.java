package io.github.grpcuds.okhttp;

import io.github.grpcuds.transport.UdsAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A channel target: one or more sockets of one scheme, such as {@code unix:/a.sock,/b.sock}. */
final class UdsTarget {
  static final String PATH_SCHEME = "unix";
  static final String ABSTRACT_SCHEME = "unix-abstract";

  private final List<UdsAddress> addresses;

  private UdsTarget(Collection<UdsAddress> addresses) {
    Set<UdsAddress> distinct = new LinkedHashSet<>(addresses);
    this.addresses = Collections.unmodifiableList(new ArrayList<>(distinct));
  }

  /** Whether the target has one of our schemes; what follows may still be wrong. */
  static boolean hasUdsScheme(String target) {
    String scheme = schemeOf(target);
    return scheme.equals(PATH_SCHEME) || scheme.equals(ABSTRACT_SCHEME);
  }

  private static String schemeOf(String target) {
    return target.substring(0, Math.max(0, target.indexOf(':'))).toLowerCase(Locale.ROOT);
  }

  /**
   * @throws IllegalArgumentException that names the target, as {@link UdsAddress#parse} does
   */
  static UdsTarget parse(String target) {
    if (!hasUdsScheme(target)) {
      return new UdsTarget(Collections.singleton(UdsAddress.parse(target))); // which says why not
    }
    List<UdsAddress> addresses = new ArrayList<>();
    int colon = target.indexOf(':');
    for (String part : target.substring(colon + 1).split(",", -1)) {
      addresses.add(parsePart(target, target.substring(0, colon + 1) + part));
    }
    return new UdsTarget(addresses);
  }

  private static UdsAddress parsePart(String target, String part) {
    try {
      return UdsAddress.parse(part);
    } catch (IllegalArgumentException e) {
      if (part.equals(target)) {
        throw e;
      }
      throw new IllegalArgumentException(e.getMessage() + ", in target \"" + target + "\"", e);
    }
  }

  /**
   * @throws IllegalArgumentException if there is no address, or paths and abstract names are mixed,
   *     which no target can express
   */
  static UdsTarget of(Collection<UdsAddress> addresses) {
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("no addresses");
    }
    UdsTarget target = new UdsTarget(addresses);
    boolean firstIsAbstract = target.addresses.get(0).isAbstract();
    for (UdsAddress address : target.addresses) {
      if (address.isAbstract() != firstIsAbstract) {
        throw new IllegalArgumentException("paths and abstract names are mixed: " + addresses);
      }
    }
    return target;
  }

  List<UdsAddress> addresses() {
    return addresses;
  }

  String scheme() {
    return schemeOf(addresses.get(0).toString());
  }

  /** The target as a URI, in the one form that {@link UdsAddress#toString} gives. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder(scheme()).append(':');
    String separator = "";
    for (UdsAddress address : addresses) {
      out.append(separator).append(address.toString().substring(scheme().length() + 1));
      separator = ",";
    }
    return out.toString();
  }
}
