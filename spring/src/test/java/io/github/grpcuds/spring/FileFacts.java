package io.github.grpcuds.spring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** What the file system tells of a file. */
final class FileFacts {
  private static final int PERMISSIONS = 0777;

  private FileFacts() {}

  static Object of(Path file, String attribute) {
    try {
      return Files.getAttribute(file, attribute, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** In octal, such as 600. */
  static String mode(Path file) {
    return Integer.toOctalString((Integer) of(file, "unix:mode") & PERMISSIONS);
  }
}
