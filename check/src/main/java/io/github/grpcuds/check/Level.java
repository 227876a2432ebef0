package io.github.grpcuds.check;

/** What a finding means to the reader. */
enum Level {
  /** As it should be, or a fact. */
  OK("ok"),
  /** It works, but may not do what you expect. */
  WARNING("warning"),
  /** It does not work. */
  FAILURE("failure");

  final String id;

  Level(String id) {
    this.id = id;
  }
}
