package io.github.grpcuds.server;

/** Which names of services and methods may pass. */
final class MethodNames {
  /** What a proxy may take for more than a letter of a path. */
  private static final String AMBIGUOUS = "%?#\\";

  private MethodNames() {}

  /** Whether it has visible characters of ASCII alone. */
  static boolean isPlain(String name) {
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) <= ' ' || name.charAt(i) > '~') {
        return false;
      }
    }
    return !name.isEmpty();
  }

  static boolean isUnambiguous(String name) {
    for (int i = 0; i < name.length(); i++) {
      if (AMBIGUOUS.indexOf(name.charAt(i)) >= 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether it may be a service's full name. */
  static boolean isService(String name) {
    return isPlain(name) && isUnambiguous(name) && name.indexOf('/') < 0;
  }
}
