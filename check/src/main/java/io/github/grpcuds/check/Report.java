package io.github.grpcuds.check;

import io.github.grpcuds.executor.internal.PrintableText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What was found, in the order in which it was looked for. Used by one thread. */
final class Report {
  /** What looks at one thing, and may fail in ways that nobody has thought of. */
  interface Check {
    void run() throws Exception;
  }

  private final List<Finding> findings = new ArrayList<>();
  private String section = "";

  /** Runs a section's checks: an exception is a finding as well, and the others go on. */
  void section(String name, Check check) {
    section = name;
    try {
      check.run();
    } catch (Exception | LinkageError e) {
      add("check", Level.FAILURE, "broke off: " + e);
    }
  }

  void ok(String name, Object value) {
    add(name, Level.OK, value);
  }

  void warning(String name, Object value) {
    add(name, Level.WARNING, value);
  }

  void failure(String name, Object value) {
    add(name, Level.FAILURE, value);
  }

  void add(String name, Level level, Object value) {
    // Paths, names and texts of servers may hold what a terminal would obey.
    String text = PrintableText.escapeAll(String.valueOf(value));
    findings.add(new Finding(section, name, level, text));
  }

  List<Finding> findings() {
    return Collections.unmodifiableList(findings);
  }

  Level worst() {
    Level worst = Level.OK;
    for (Finding finding : findings) {
      worst = finding.level.compareTo(worst) > 0 ? finding.level : worst;
    }
    return worst;
  }
}
