package io.github.grpcuds.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A drawing of how many times better than the yardstick each transport is, on a logarithmic scale:
 * bars to the right are better, whatever is measured.
 */
final class Picture {
  private static final List<Peer> PEERS =
      Arrays.asList(Peer.UDS_JDK, Peer.UDS_FFM, Peer.UDS_JNR, Peer.NETTY_TCP, Peer.OKHTTP_TCP);
  private static final List<String> COLORS =
      Arrays.asList("#1b7837", "#4f9f51", "#7fbf7b", "#998ec3", "#c0a070");

  /** The scale goes from the inverse of it to it; longer bars are cut, their numbers are not. */
  private static final double FARTHEST = 16;

  private static final int LABELS = 230;
  private static final int HALF = 280;
  private static final int TOP = 70;
  private static final int BAR = 9;
  private static final int GAP = 10;

  private final CompareOptions options;
  private final Results results;
  private final List<Peer> peers;
  private final StringBuilder svg = new StringBuilder();

  Picture(CompareOptions options, Results results) {
    this.options = options;
    this.results = results;
    this.peers = new ArrayList<>(PEERS);
    peers.retainAll(options.peers);
  }

  /** The document; the caption tells where it was measured. */
  String svg(String caption) {
    int lines = options.rows.stream().mapToInt(row -> row.metrics.size()).sum();
    int height = TOP + lines * lineHeight() + GAP;
    int width = LABELS + 2 * HALF + 60;
    add(
        "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' font-family='sans-serif'"
            + " font-size='11'>",
        width, height);
    add("<rect width='%d' height='%d' fill='white'/>", width, height);
    text(10, 18, "start", "Times better than " + results.yardstick + " (right is better)");
    text(10, 34, "start", caption);
    legend();
    grid(height);
    int y = TOP;
    for (Row row : options.rows) {
      for (Metric metric : row.metrics) {
        bars(row, metric, y);
        y += lineHeight();
      }
    }
    add("</svg>");
    return svg.toString();
  }

  private int lineHeight() {
    return peers.size() * BAR + GAP;
  }

  private void legend() {
    int x = LABELS + HALF / 2;
    for (Peer peer : peers) {
      add("<rect x='%d' y='10' width='9' height='9' fill='%s'/>", x, color(peer));
      text(x + 13, 18, "start", peer.id);
      x += 95;
    }
  }

  private void grid(int height) {
    for (double times = 1 / FARTHEST; times <= FARTHEST; times *= 2) {
      int x = x(times);
      add(
          "<line x1='%d' y1='%d' x2='%d' y2='%d' stroke='%s'/>",
          x, TOP - 8, x, height - GAP, times == 1 ? "black" : "#dddddd");
      text(x, TOP - 12, "middle", times < 1 ? "1/" + (int) (1 / times) : (int) times + "x");
    }
  }

  private void bars(Row row, Metric metric, int y) {
    text(LABELS - 8, y + peers.size() * BAR / 2 + 4, "end", row + " " + metric.id);
    for (int i = 0; i < peers.size(); i++) {
      Optional<Spread> ratios = results.ratios(row, peers.get(i), metric);
      if (ratios.isPresent()) {
        double ratio = ratios.get().median;
        bar(metric.moreIsBetter ? ratio : 1 / ratio, color(peers.get(i)), y + i * BAR);
      }
    }
  }

  private void bar(double times, String color, int y) {
    int x = x(times);
    add(
        "<rect x='%d' y='%d' width='%d' height='%d' fill='%s'/>",
        Math.min(x, x(1)), y, Math.max(1, Math.abs(x - x(1))), BAR - 1, color);
    add(
        "<text x='%d' y='%d' font-size='8' text-anchor='%s'>%.2f</text>",
        times < 1 ? Math.max(x - 3, LABELS + 25) : x + 3,
        y + BAR - 2,
        times < 1 ? "end" : "start",
        times);
  }

  private static int x(double times) {
    double share = Math.log(times) / Math.log(FARTHEST);
    return LABELS + HALF + (int) (HALF * Math.max(-1, Math.min(1, share)));
  }

  private static String color(Peer peer) {
    return COLORS.get(PEERS.indexOf(peer));
  }

  private void text(int x, int y, String anchor, String text) {
    String escaped = text.replace("&", "&amp;").replace("<", "&lt;");
    add("<text x='%d' y='%d' text-anchor='%s'>%s</text>", x, y, anchor, escaped);
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
