package io.github.grpcuds.check;

/** One line of the report. */
final class Finding {
  final String section;
  final String name;
  final Level level;
  final String value;

  Finding(String section, String name, Level level, String value) {
    this.section = section;
    this.name = name;
    this.level = level;
    this.value = value;
  }
}
