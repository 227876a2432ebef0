package io.github.grpcuds.transport.internal.file;

import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.UserTypes;
import io.github.grpcuds.transport.internal.channel.BindFailure;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The folders that a socket file is in, which have to be there and to be safe. */
final class ParentFolders {
  private static final Set<PosixFilePermission> OWNER_ALL =
      PosixFilePermissions.fromString("rwx------");

  private ParentFolders() {}

  /** Creates what is missing, if the options ask for it, and checks what is there. */
  static void prepare(Path parent, UdsAddress address, SocketFileOptions options)
      throws IOException {
    if (parent == null) {
      throw BindFailure.foreign(address, "a directory");
    }
    boolean mustBeSafe = !UserTypes.get().allowsUnsafeParents(options);
    if (UserTypes.get().createsParents(options)
        && SocketFileState.of(parent) == SocketFileState.MISSING) {
      if (mustBeSafe) {
        SafePath.check(nearestThere(parent), address);
      }
      create(parent);
    }
    check(parent, address);
    if (mustBeSafe) {
      SafePath.check(parent, address);
    }
  }

  private static Path nearestThere(Path missing) throws IOException {
    Path there = missing;
    while (SocketFileState.of(there, LinkOption.NOFOLLOW_LINKS) == SocketFileState.MISSING) {
      there = there.getParent();
    }
    return there;
  }

  private static void create(Path folder) throws IOException {
    if (!folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.createDirectories(folder);
      return;
    }
    if (SocketFileState.of(folder.getParent()) == SocketFileState.MISSING) {
      create(folder.getParent());
    }
    try {
      Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(OWNER_ALL));
      Files.setPosixFilePermissions(folder, OWNER_ALL); // whatever the umask has left
    } catch (FileAlreadyExistsException e) {
      // Another server was faster, or it is no folder, as the check will tell.
    }
  }

  private static void check(Path parent, UdsAddress address) throws IOException {
    SocketFileState state = SocketFileState.of(parent);
    if (state == SocketFileState.MISSING) {
      throw new NoSuchFileException(
          address.path(), null, "Cannot listen: there is no directory " + parent);
    }
    if (state == SocketFileState.UNREACHABLE) {
      throw BindFailure.denied(address, "look into " + parent);
    }
    if (state != SocketFileState.DIRECTORY) {
      throw new NotDirectoryException(parent.toString());
    }
  }
}
