package io.github.grpcuds.executor.internal;

/**
 * Makes text of a peer's fit to be shown: what controls a terminal, or tears a line of a log, is
 * shown as an escape, such as \x1b.
 */
public final class PrintableText {
  private static final int DELETE = 0x7f;
  private static final int LAST_C1 = 0x9f;

  private PrintableText() {}

  /** Without any control character. */
  public static String escapeAll(String text) {
    return escape(text, "");
  }

  /**
   * Leaves tabs and ends of lines: gRPC itself puts them into descriptions, and its interop tests
   * want a message with them to arrive as it was sent.
   */
  public static String escape(String text) {
    return escape(text, "\t\r\n");
  }

  private static String escape(String text, String allowed) {
    int i = 0;
    while (i < text.length() && isFine(text.charAt(i), allowed)) {
      i++;
    }
    return i == text.length() ? text : escapeFrom(i, text, allowed);
  }

  private static String escapeFrom(int start, String text, String allowed) {
    StringBuilder out = new StringBuilder(text.length() + 16).append(text, 0, start);
    for (int i = start; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isFine(c, allowed)) {
        out.append(c);
      } else {
        out.append("\\x")
            .append(Character.forDigit(c >> 4 & 0xf, 16))
            .append(Character.forDigit(c & 0xf, 16));
      }
    }
    return out.toString();
  }

  private static boolean isFine(char c, String allowed) {
    return (c >= ' ' && (c < DELETE || c > LAST_C1)) || allowed.indexOf(c) >= 0;
  }
}
