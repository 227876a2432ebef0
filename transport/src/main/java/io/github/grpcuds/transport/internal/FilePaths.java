package io.github.grpcuds.transport.internal;

import io.github.grpcuds.transport.UdsAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.Paths;

/** Socket addresses as {@link Path}s of the JVM. */
public final class FilePaths {
  private FilePaths() {}

  /**
   * The path as this JVM has it.
   *
   * @throws InvalidPathException if {@link #refusal} has a reason
   */
  public static Path of(UdsAddress address) {
    String path = address.path();
    boolean driveAfterSlash = Platform.WINDOWS && path.matches("/[A-Za-z]:[/\\\\].*");
    return Paths.get(driveAfterSlash ? path.substring(1) : path);
  }

  /**
   * The whole path, from the root.
   *
   * @throws InvalidPathException if {@link #refusal} has a reason
   */
  public static Path absolute(UdsAddress address) {
    return of(address).toAbsolutePath();
  }

  /** Why this JVM cannot name the file; null if it can. */
  public static String refusal(UdsAddress address) {
    try {
      of(address);
      return null;
    } catch (InvalidPathException e) {
      return "the path cannot be written in this JVM's file name encoding, "
          + System.getProperty("sun.jnu.encoding")
          + " (start it with LC_ALL=C.UTF-8)";
    }
  }
}
