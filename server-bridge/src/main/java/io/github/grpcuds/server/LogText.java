package io.github.grpcuds.server;

/**
 * Makes text that a peer may have had its say in fit for a log: it stays in its line, and sends no
 * terminal any commands.
 */
final class LogText {
  private static final int MOST_CHARS = 2000;
  private static final int MOST_CAUSES = 20;

  private LogText() {}

  /** The text with characters that are not to be seen as {@code \}{@code uXXXX}, cut if long. */
  static String escape(String text) {
    if (text == null || (text.length() <= MOST_CHARS && isPlain(text))) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (at < text.length() && out.length() < MOST_CHARS) {
      int character = text.codePointAt(at);
      int length = Character.charCount(character);
      if (isVisible(character)) {
        out.append(text, at, at + length);
      } else {
        for (int i = at; i < at + length; i++) {
          out.append(String.format("\\u%04x", (int) text.charAt(i)));
        }
      }
      at += length;
    }
    if (at < text.length()) {
      out.append("... (").append(text.length() - at).append(" more characters)");
    }
    return out.toString();
  }

  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
        return false;
      }
    }
    return true;
  }

  private static boolean isVisible(int character) {
    switch (Character.getType(character)) {
      case Character.CONTROL:
      case Character.FORMAT: // can turn the direction of what follows
      case Character.LINE_SEPARATOR:
      case Character.PARAGRAPH_SEPARATOR:
      case Character.SURROGATE:
      case Character.PRIVATE_USE:
      case Character.UNASSIGNED:
        return false;
      default:
        return true;
    }
  }

  /** The same failure; a copy that prints the same, if its messages or those of causes need it. */
  static Throwable escape(Throwable failure) {
    Throwable cause = failure;
    for (int i = 0; cause != null && i < MOST_CAUSES; i++, cause = cause.getCause()) {
      String text = cause.toString();
      if (!text.equals(escape(text)) || cause.getSuppressed().length > 0) {
        return copy(failure, MOST_CAUSES);
      }
    }
    return failure;
  }

  private static Throwable copy(Throwable failure, int depth) {
    if (failure == null || depth == 0) {
      return null;
    }
    Copy copy = new Copy(escape(failure.toString()), copy(failure.getCause(), depth - 1));
    copy.setStackTrace(failure.getStackTrace());
    return copy;
  }

  /** Prints as what it is a copy of, without what was suppressed. */
  @SuppressWarnings("OverrideThrowableToString") // its own class is of no interest
  private static final class Copy extends Throwable {
    private static final long serialVersionUID = 1;

    Copy(String text, Throwable cause) {
      super(text, cause);
    }

    @Override
    @SuppressWarnings("OverrideThrowableToString") // the text has the class of the original in it
    public String toString() {
      return getMessage();
    }
  }
}
