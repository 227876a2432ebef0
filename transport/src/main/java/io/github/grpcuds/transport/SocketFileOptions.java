package io.github.grpcuds.transport;

import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * How a server makes its socket file and what becomes of it. Immutable; each method returns a
 * changed copy. Without effect on abstract names.
 */
public final class SocketFileOptions {
  private static final SocketFileOptions DEFAULTS =
      new SocketFileOptions(PosixFilePermissions.fromString("rw-------"), true);

  private final Set<PosixFilePermission> permissions;
  private final boolean deleteOnClose;

  private SocketFileOptions(Set<PosixFilePermission> permissions, boolean deleteOnClose) {
    this.permissions = Collections.unmodifiableSet(permissions);
    this.deleteOnClose = deleteOnClose;
  }

  /** Mode 0600, the file deleted on close. */
  public static SocketFileOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Sets who may connect: on Linux and macOS a client needs write permission (unix(7)). The file
   * never has a looser mode than this, whatever the umask; Windows has no modes and ignores it.
   *
   * @param mode permission bits, 0 to 0777, such as {@code 0660}
   */
  public SocketFileOptions mode(int mode) {
    if (mode < 0 || mode > 0777) {
      throw new IllegalArgumentException("mode not in 0..0777: 0" + Integer.toOctalString(mode));
    }
    PosixFilePermission[] all = PosixFilePermission.values(); // from owner read down, as the bits
    Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
    for (int i = 0; i < all.length; i++) {
      if ((mode & (0400 >> i)) != 0) {
        set.add(all[i]);
      }
    }
    return new SocketFileOptions(set, deleteOnClose);
  }

  /**
   * Sets who may connect, as {@link #mode(int)} does.
   *
   * @param mode in octal, such as {@code "0660"}, or as ls shows it, such as {@code "rw-rw----"}
   */
  public SocketFileOptions mode(String mode) {
    try {
      if (mode.matches("[0-7]{1,5}")) {
        return mode(Integer.parseInt(mode, 8));
      }
      return new SocketFileOptions(PosixFilePermissions.fromString(mode), deleteOnClose);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "not a file mode: \"" + mode + "\" (such as 0660 or rw-rw----)", e);
    }
  }

  /**
   * Sets whether closing the server deletes the file, if it is still this server's. A file that
   * stays refuses connections, and the next server to start on it takes it over.
   */
  public SocketFileOptions deleteOnClose(boolean delete) {
    return new SocketFileOptions(permissions, delete);
  }

  Set<PosixFilePermission> permissions() {
    return permissions;
  }

  boolean deleteOnClose() {
    return deleteOnClose;
  }

  /** Such as {@code mode rw-rw----, deleted on close}. */
  @Override
  public String toString() {
    return "mode "
        + PosixFilePermissions.toString(permissions)
        + (deleteOnClose ? ", deleted on close" : ", kept on close");
  }
}
