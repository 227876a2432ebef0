package io.github.grpcuds.server;

/** What may stand for the name of a server in {@code :authority} (RFC 3986, section 3.2). */
final class Authorities {
  private static final String MARKS = "-._~:[]@!$&'()*+,;=%";

  private Authorities() {}

  static boolean isValid(String authority) {
    for (int i = 0; i < authority.length(); i++) {
      char c = authority.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      boolean digit = c >= '0' && c <= '9';
      if (!letter && !digit && MARKS.indexOf(c) < 0) {
        return false;
      }
    }
    return !authority.isEmpty();
  }
}
