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

  // Of inode(7): S_IFMT, S_IFSOCK, S_IFDIR, S_IFLNK, S_IFREG.
  private static final int FILE_TYPE_MASK = 0170000;
  private static final int SOCKET_TYPE = 0140000;
  private static final int DIRECTORY_TYPE = 0040000;
  private static final int LINK_TYPE = 0120000;
  private static final int REGULAR_TYPE = 0100000;

  private final String description;

  SocketFileState(String description) {
    this.description = description;
  }

  public String description() {
    return description;
  }

  /**
   * Looks at a path, through symbolic links unless the options say otherwise. One look: the file
   * may be gone at the next.
   *
   * @throws IOException if the file system says none of this, such as "Not a directory"
   */
  public static SocketFileState of(Path path, LinkOption... options) throws IOException {
    try {
      return hasModes(path) ? ofMode(path, options) : ofAttributes(path, options);
    } catch (NoSuchFileException e) {
      return MISSING;
    } catch (AccessDeniedException e) {
      return UNREACHABLE;
    }
  }

  private static boolean hasModes(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("unix");
  }

  private static SocketFileState ofMode(Path path, LinkOption... options) throws IOException {
    switch ((Integer) Files.getAttribute(path, "unix:mode", options) & FILE_TYPE_MASK) {
      case SOCKET_TYPE:
        return SOCKET;
      case DIRECTORY_TYPE:
        return DIRECTORY;
      case LINK_TYPE:
        return SYMBOLIC_LINK;
      case REGULAR_TYPE:
        return REGULAR_FILE;
      default:
        return PIPE_OR_DEVICE;
    }
  }

  /** Where there is no file type to ask for (Windows), only sockets get as far as the last line. */
  private static SocketFileState ofAttributes(Path path, LinkOption... options) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class, options);
    if (attributes.isDirectory()) {
      return DIRECTORY;
    }
    if (attributes.isSymbolicLink()) {
      return SYMBOLIC_LINK;
    }
    return attributes.isRegularFile() ? REGULAR_FILE : SOCKET;
  }
}
