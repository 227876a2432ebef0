package io.github.grpcuds.transport.internal.peer;

/** Ids where names are expected. */
public final class IdText {
  private IdText() {}

  /** Whether a text is a number: of an id without a name, the JDK makes one. */
  public static boolean isNumber(String name) {
    return name.matches("-?[0-9]+");
  }
}
