package io.github.grpcuds.transport.internal.file;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** What stands at a path. */
public enum SocketFileState {
  MISSING("nothing"),
  /** Some folder on the way may not be searched by this user. */
  UNREACHABLE("out of reach"),
  SOCKET("a socket"),
  PIPE_OR_DEVICE("a pipe or device"),
  DIRECTORY("a directory"),
  REGULAR_FILE("a regular file"),
  SYMBOLIC_LINK("a symbolic link");

  // S_IFMT and S_IFSOCK of inode(7)
  private static final int FILE_TYPE_MASK = 0170000;
  private static final int SOCKET_TYPE = 0140000;

  private final String description;

  SocketFileState(String description) {
    this.description = description;
  }

  public String description() {
    return description;
  }

  /**
   * Looks at a path, through symbolic links unless the options say otherwise.
   *
   * @throws IOException if the file system says none of this, such as "Not a directory"
   */
  public static SocketFileState of(Path path, LinkOption... options) throws IOException {
    BasicFileAttributes attributes;
    try {
      attributes = Files.readAttributes(path, BasicFileAttributes.class, options);
    } catch (NoSuchFileException e) {
      return MISSING;
    } catch (AccessDeniedException e) {
      return UNREACHABLE;
    }
    if (attributes.isDirectory()) {
      return DIRECTORY;
    }
    if (attributes.isSymbolicLink()) {
      return SYMBOLIC_LINK;
    }
    if (attributes.isRegularFile()) {
      return REGULAR_FILE;
    }
    return isSocket(path, options) ? SOCKET : PIPE_OR_DEVICE;
  }

  /** Where there is no file type to ask for (Windows), only sockets get as far as this. */
  private static boolean isSocket(Path path, LinkOption... options) throws IOException {
    try {
      int mode = (Integer) Files.getAttribute(path, "unix:mode", options);
      return (mode & FILE_TYPE_MASK) == SOCKET_TYPE;
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      return true;
    }
  }
}
