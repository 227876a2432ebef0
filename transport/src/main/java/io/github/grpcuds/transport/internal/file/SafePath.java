package io.github.grpcuds.transport.internal.file;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.peer.IdNamespace;
import io.github.grpcuds.transport.internal.peer.OwnUser;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/**
 * Walks to a folder as the kernel does, symbolic links and all, and looks on each step whether
 * other users could make the path lead elsewhere.
 */
final class SafePath {
  // of inode(7)
  private static final int FILE_TYPE_MASK = 0170000;
  private static final int SYMBOLIC_LINK = 0120000;
  private static final int STICKY = 01000;
  private static final int OTHERS_WRITE = 02;

  private static final int ROOT = 0;
  private static final int MAX_LINKS = 40; // as many as Linux follows (path_resolution(7))

  /** Folders, separated as in a class path, that are taken as they are, whoever may write there. */
  static final String TRUSTED = "grpcuds.trustedFolders";

  private final UdsAddress address;
  private final OwnUser own;

  private SafePath(UdsAddress address, OwnUser own) {
    this.address = address;
    this.own = own;
  }

  /**
   * Checks a folder that is there.
   *
   * @throws FileSystemException if somebody but root and this user could swap it
   */
  static void check(Path folder, UdsAddress address) throws IOException {
    if (folder.getFileSystem().supportedFileAttributeViews().contains("unix")) { // not on Windows
      new SafePath(address, OwnUser.get()).walkTo(folder);
    }
  }

  private void walkTo(Path folder) throws IOException {
    Path absolute = folder.toAbsolutePath();
    Deque<Path> steps = new ArrayDeque<>();
    absolute.forEach(steps::add);
    Path at = absolute.getRoot();
    checkFile(at);
    int links = 0;
    while (!steps.isEmpty()) {
      Path step = steps.pop();
      if (step.toString().equals("..")) {
        at = at.getParent() == null ? at : at.getParent();
        continue;
      }
      Path next = at.resolve(step).normalize(); // of "." and ""
      if (!isLink(checkFile(next))) {
        at = next;
        continue;
      }
      if (++links > MAX_LINKS) {
        throw refused(next, "is one of too many symbolic links");
      }
      Path target = Files.readSymbolicLink(next);
      at = target.isAbsolute() ? target.getRoot() : at;
      putFirst(steps, target);
    }
  }

  private static void putFirst(Deque<Path> steps, Path path) {
    List<Path> names = new ArrayList<>();
    path.forEach(names::add);
    Collections.reverse(names);
    names.forEach(steps::push);
  }

  private static boolean isLink(int mode) {
    return (mode & FILE_TYPE_MASK) == SYMBOLIC_LINK;
  }

  /** The file's mode, if it is fine. */
  private int checkFile(Path file) throws IOException {
    int mode = attribute(file, "unix:mode");
    if (isTrusted(file)) {
      return mode;
    }
    int owner = attribute(file, "unix:uid");
    if (!isTrusted(owner)) {
      throw refused(file, "belongs to uid " + owner + ", who is neither root nor " + own);
    }
    boolean forAll = (mode & OTHERS_WRITE) != 0 && (mode & STICKY) == 0;
    if (forAll && !isLink(mode)) { // a link's mode means nothing
      throw refused(file, "is writable by all users and has no sticky bit");
    }
    return mode;
  }

  private int attribute(Path file, String name) throws IOException {
    try {
      return (Integer) Files.getAttribute(file, name, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      throw new NoSuchFileException(
          address.path(), null, "Cannot listen: there is no directory " + file);
    }
  }

  private static boolean isTrusted(Path file) {
    for (String folder : System.getProperty(TRUSTED, "").split(File.pathSeparator, -1)) {
      if (!folder.isEmpty() && file.equals(Paths.get(folder).toAbsolutePath())) {
        return true;
      }
    }
    return false;
  }

  private boolean isTrusted(int owner) {
    return owner == ROOT
        || (own.uid != null && owner == own.uid)
        || IdNamespace.USERS.isUnmapped(owner);
  }

  private FileSystemException refused(Path file, String why) {
    return new FileSystemException(
        address.path(),
        null,
        "Cannot listen: other users could put their own socket in its place, because "
            + file
            + " "
            + why
            + " (-D"
            + TRUSTED
            + "="
            + file
            + " or SocketFileOptions.allowUnsafeParents accepts it)");
  }
}
