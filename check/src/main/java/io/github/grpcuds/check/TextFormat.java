package io.github.grpcuds.check;

/** A report as lines of text. */
final class TextFormat {
  private static final int NAME_WIDTH = 24;

  private TextFormat() {}

  static String of(Report report) {
    StringBuilder text = new StringBuilder();
    String section = "";
    for (Finding finding : report.findings()) {
      if (!finding.section.equals(section)) {
        text.append(section.isEmpty() ? "" : "\n").append(finding.section).append('\n');
        section = finding.section;
      }
      text.append(mark(finding.level)).append(padded(finding.name)).append(finding.value);
      text.append('\n');
    }
    return text.append('\n').append(verdict(report)).append('\n').toString();
  }

  private static String mark(Level level) {
    switch (level) {
      case OK:
        return "    ";
      case WARNING:
        return "  ! ";
      default:
        return "  X ";
    }
  }

  private static String padded(String name) {
    StringBuilder padded = new StringBuilder(name);
    do {
      padded.append(' ');
    } while (padded.length() < NAME_WIDTH);
    return padded.toString();
  }

  private static String verdict(Report report) {
    long warnings = count(report, Level.WARNING);
    long failures = count(report, Level.FAILURE);
    if (failures == 0 && warnings == 0) {
      return "All is well.";
    }
    return counted(failures, "failure") + " (X), " + counted(warnings, "warning") + " (!).";
  }

  private static String counted(long count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  private static long count(Report report, Level level) {
    return report.findings().stream().filter(finding -> finding.level == level).count();
  }
}
