package io.github.grpcuds.transport.internal.file;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.channel.Backend;
import io.github.grpcuds.transport.internal.channel.BindFailure;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;

/**
 * A folder of mode 0700 beside a socket's final place, in which it is bound before anybody may see
 * it.
 *
 * <p>The folder's name makes the path longer. Where sun_path has no room for that, the socket is
 * bound through a short symbolic link to the folder, from the temp directory.
 */
final class StagingDirectory implements Closeable {
  private static final Set<PosixFilePermission> OWNER_ALL =
      PosixFilePermissions.fromString("rwx------");

  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(OWNER_ALL);

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int TRIES = 100;

  private final Path folder;
  private Path detour; // the folder of the symbolic link; null if none was needed
  private Path socket;
  private UdsAddress address;

  private StagingDirectory(Path folder) {
    this.folder = folder;
  }

  /**
   * @param address what to name if there can be no folder
   */
  static StagingDirectory create(Backend backend, UdsAddress address, Path path)
      throws IOException {
    StagingDirectory nursery = new StagingDirectory(folderBeside(address, path));
    boolean ready = false;
    try {
      nursery.choosePath(backend, path.getFileName());
      ready = true;
      return nursery;
    } finally {
      if (!ready) {
        nursery.close();
      }
    }
  }

  private static Path folderBeside(UdsAddress address, Path path) throws IOException {
    try {
      return newFolder(path);
    } catch (AccessDeniedException e) {
      throw BindFailure.denied(address, "write to " + path.getParent());
    } catch (FileSystemException e) {
      throw BindFailure.other(address, "cannot make a folder beside it: " + e.getReason());
    }
  }

  /** The file name stays the same where it can: tools such as ss show the path of the bind. */
  private void choosePath(Backend backend, Path name) throws IOException {
    socket = folder.resolve(name);
    if (fits(backend, socket)) {
      return;
    }
    detour = newFolder(Paths.get(System.getProperty("java.io.tmpdir"), "x"));
    Path link = Files.createSymbolicLink(detour.resolve("d"), folder.toAbsolutePath());
    socket = folder.resolve("s");
    if (!fits(backend, link.resolve("s"))) {
      throw new IOException(
          "no room in a socket's path for a file in the temp directory " + detour.getParent());
    }
  }

  private boolean fits(Backend backend, Path path) {
    try {
      address = UdsAddress.ofPath(path.toString());
      return backend.refusal(address) == null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static Path newFolder(Path sibling) throws IOException {
    for (int i = 0; ; i++) {
      String name = ".u" + Integer.toString(RANDOM.nextInt(36 * 36 * 36 * 36), 36);
      try {
        Path folder = Files.createDirectory(sibling.resolveSibling(name), OWNER_ONLY);
        Files.setPosixFilePermissions(folder, OWNER_ALL); // whatever the umask has left
        return folder;
      } catch (FileAlreadyExistsException e) {
        if (i == TRIES) {
          throw e;
        }
      }
    }
  }

  /** Where the socket is, as a file. */
  Path socket() {
    return socket;
  }

  /** Where to bind it. */
  UdsAddress address() {
    return address;
  }

  @Override
  public void close() throws IOException {
    if (detour != null) {
      Files.deleteIfExists(detour.resolve("d"));
      Files.delete(detour);
    }
    if (socket != null) {
      Files.deleteIfExists(socket);
    }
    Files.delete(folder);
  }
}
