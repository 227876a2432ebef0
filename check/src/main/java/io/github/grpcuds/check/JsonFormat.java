package io.github.grpcuds.check;

/** A report as JSON (RFC 8259). */
final class JsonFormat {
  private JsonFormat() {}

  static String of(Report report) {
    StringBuilder json = new StringBuilder("{\"verdict\":").append(quoted(report.worst().id));
    json.append(",\"findings\":[");
    String separator = "\n";
    for (Finding finding : report.findings()) {
      json.append(separator).append("{\"section\":").append(quoted(finding.section));
      json.append(",\"name\":").append(quoted(finding.name));
      json.append(",\"level\":").append(quoted(finding.level.id));
      json.append(",\"value\":").append(quoted(finding.value)).append('}');
      separator = ",\n";
    }
    return json.append("\n]}\n").toString();
  }

  static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ' || Character.isSurrogate(c)) {
        quoted.append(String.format("\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
