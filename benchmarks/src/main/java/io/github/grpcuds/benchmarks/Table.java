package io.github.grpcuds.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The results in Markdown: medians, and in brackets the ratio to the yardstick and its spread. */
final class Table {
  private static final int MAX_REASON = 80;

  private final CompareOptions options;
  private final Results results;

  Table(CompareOptions options, Results results) {
    this.options = options;
    this.results = results;
  }

  String markdown() {
    StringBuilder table = new StringBuilder("| row | unit |");
    StringBuilder line = new StringBuilder("|---|---|");
    for (Peer peer : options.peers) {
      table.append(' ').append(peer).append(" |");
      line.append("---|");
    }
    table.append('\n').append(line).append('\n');
    for (Row row : options.rows) {
      for (Metric metric : row.metrics) {
        line(table, row, metric);
      }
    }
    return table.toString();
  }

  private void line(StringBuilder table, Row row, Metric metric) {
    table.append("| ").append(row).append(' ').append(metric.id);
    table.append(" | ").append(metric.unit).append(" |");
    for (Peer peer : options.peers) {
      table.append(' ').append(cell(row, peer, metric)).append(" |");
    }
    table.append('\n');
  }

  private String cell(Row row, Peer peer, Metric metric) {
    List<String> failures = results.failures(row, peer);
    Optional<Spread> values = results.values(row, peer, metric);
    if (!values.isPresent()) {
      return failures.isEmpty() ? "-" : reason(failures.get(0));
    }
    String text = number(values.get().median);
    if (peer != results.yardstick) {
      text += results.ratios(row, peer, metric).map(Table::ratio).orElse("");
    }
    return failures.isEmpty() ? text : text + " failed " + failures.size() + " times";
  }

  private static String reason(String failure) {
    return failure.startsWith("skipped: ") ? brief(failure) : "failed: " + brief(failure);
  }

  /** Of the reason, which the file has in full. */
  private static String brief(String reason) {
    String text = reason.replace('|', '/');
    return text.length() > MAX_REASON ? text.substring(0, MAX_REASON) + "..." : text;
  }

  private static String ratio(Spread ratios) {
    return String.format(
        Locale.ROOT, " (%.2fx, %.2f-%.2f)", ratios.median, ratios.least, ratios.most);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 1000 ? "%.1f" : "%,.0f", value);
  }
}
