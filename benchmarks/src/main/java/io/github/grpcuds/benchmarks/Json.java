package io.github.grpcuds.benchmarks;

import java.util.Locale;
import java.util.Map;

/** Writes objects of names, numbers and texts in one line. */
final class Json {
  private Json() {}

  static String of(Map<String, ?> fields) {
    StringBuilder json = new StringBuilder("{");
    fields.forEach(
        (name, value) -> {
          json.append(json.length() > 1 ? "," : "").append(quoted(name)).append(':');
          json.append(value instanceof Number ? value.toString() : quoted(String.valueOf(value)));
        });
    return json.append('}').toString();
  }

  private static String quoted(String text) {
    StringBuilder json = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ') {
        json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    return json.append('"').toString();
  }
}
