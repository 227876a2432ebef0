package io.github.grpcuds.spring;

import io.github.grpcuds.transport.SocketFileOptions;

/**
 * The mode of a socket file, as a property has it: in octal, such as {@code 0660}, or as ls shows
 * it, such as {@code rw-rw----}. Spring converts properties with the methods named {@code of}.
 */
public final class SocketFileMode {
  private final String mode;

  private SocketFileMode(String mode) {
    SocketFileOptions.defaults().mode(mode); // throws if it is none
    this.mode = mode;
  }

  /**
   * Reads a mode.
   *
   * @throws IllegalArgumentException if it is no mode, or not within 0 to 0777
   */
  public static SocketFileMode of(String mode) {
    return new SocketFileMode(mode.trim());
  }

  /**
   * Refuses numbers, which only YAML gives: it takes {@code 0660} for octal and {@code 660} for
   * decimal, so that nobody can tell afterwards which mode was written.
   *
   * @throws IllegalArgumentException always
   */
  @SuppressWarnings("DoNotCallSuggester") // Spring calls it
  public static SocketFileMode of(Integer number) {
    throw new IllegalArgumentException(
        "in YAML, a mode needs quotes: \"0660\" or \"rw-rw----\" (without them it was read as the"
            + " number "
            + number
            + ")");
  }

  SocketFileOptions applyTo(SocketFileOptions options) {
    return options.mode(mode);
  }

  /** Returns the mode as it was written. */
  @Override
  public String toString() {
    return mode;
  }
}
