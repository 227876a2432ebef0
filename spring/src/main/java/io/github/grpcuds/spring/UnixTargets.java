package io.github.grpcuds.spring;

/** Which addresses and targets are ours: {@code unix:} and {@code unix-abstract:}. */
final class UnixTargets {
  private static final String[] SCHEMES = {"unix:", "unix-abstract:"};

  private UnixTargets() {}

  /**
   * Whether it has one of our schemes; what follows may still be wrong.
   *
   * @param target may be null
   */
  static boolean isUnix(String target) {
    for (String scheme : SCHEMES) {
      if (target != null && target.regionMatches(true, 0, scheme, 0, scheme.length())) {
        return true;
      }
    }
    return false;
  }

  /** Whether it names one socket, so that a load balancer has nothing to choose. */
  static boolean isSingleSocket(String target) {
    return isUnix(target) && target.indexOf(',') < 0;
  }
}
