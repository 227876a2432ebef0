package io.github.grpcuds.transport.internal;

/** Permission bits as ls(1) shows them. */
public final class ModeText {
  private static final String ALL = "rwxrwxrwx";
  private static final int FIRST_BIT = 0400;

  private ModeText() {}

  /** Such as {@code rw-rw----} of 0660. */
  public static String of(int bits) {
    StringBuilder text = new StringBuilder(ALL.length());
    for (int i = 0; i < ALL.length(); i++) {
      text.append((bits & FIRST_BIT >> i) != 0 ? ALL.charAt(i) : '-');
    }
    return text.toString();
  }

  /**
   * The bits of such a text.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static int bits(String text) {
    int bits = 0;
    for (int i = 0; i < ALL.length() && i < text.length(); i++) {
      bits |= text.charAt(i) == ALL.charAt(i) ? FIRST_BIT >> i : 0;
    }
    if (!of(bits).equals(text)) {
      throw new IllegalArgumentException("not as ls shows a mode: \"" + text + "\"");
    }
    return bits;
  }
}
