package io.github.grpcuds.transport;

/** Paths that are most likely meant as something else. */
final class PathForm {
  private static final String[] SCHEMES = {"unix:", "unix-abstract:"};

  private PathForm() {}

  /**
   * @param path as somebody wrote it, in a target before its escapes are decoded
   * @param shown what to show of it
   * @throws IllegalArgumentException if it is none, with what to write instead
   */
  static void check(String path, String shown) {
    for (String scheme : SCHEMES) {
      if (path.regionMatches(true, 0, scheme, 0, scheme.length())) {
        throw refused(
            "a path, not a target, is wanted here",
            shown,
            "forTarget and UdsAddress.parse take targets; a file of this name is ./" + path);
      }
    }
    if (path.startsWith("@")) {
      throw refused(
          "an at sign in front of a path means an abstract name elsewhere",
          shown,
          "unix-abstract:" + path.substring(1) + ", or ./" + path + " for a file of this name");
    }
    if (!path.isEmpty() && (isBlank(path, 0) || isBlank(path, path.length() - 1))) {
      throw refused("path begins or ends with a blank", shown, "in a target, %20 is one");
    }
  }

  private static boolean isBlank(String path, int at) {
    return Character.isWhitespace(path.charAt(at));
  }

  private static IllegalArgumentException refused(String why, String shown, String instead) {
    return new IllegalArgumentException(why + ": \"" + shown + "\" (" + instead + ")");
  }
}
