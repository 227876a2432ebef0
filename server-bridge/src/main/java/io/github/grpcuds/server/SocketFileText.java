package io.github.grpcuds.server;

import io.github.grpcuds.transport.UdsAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/** What the log tells of a socket file. */
final class SocketFileText {
  private SocketFileText() {}

  /** Such as {@code (mode rw-rw----, owner app, group app)}. */
  static String of(UdsAddress address) {
    try {
      PosixFileAttributes file =
          Files.readAttributes(Paths.get(address.path()), PosixFileAttributes.class);
      return " (mode "
          + PosixFilePermissions.toString(file.permissions())
          + ", owner "
          + file.owner().getName()
          + ", group "
          + file.group().getName()
          + ")";
    } catch (IOException | RuntimeException e) {
      return ""; // such as on Windows
    }
  }
}
