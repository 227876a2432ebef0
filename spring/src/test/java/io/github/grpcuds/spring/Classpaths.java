package io.github.grpcuds.spring;

/** Tags of the tests, by the class path that they run on. */
final class Classpaths {
  /** Runs twice: with Netty on the class path, and without. */
  static final String ANY = "any-classpath";

  private Classpaths() {}
}
