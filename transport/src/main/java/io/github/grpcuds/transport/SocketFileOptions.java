package io.github.grpcuds.transport;

import io.github.grpcuds.transport.internal.FileOwners;
import io.github.grpcuds.transport.internal.ModeText;

/**
 * How a server makes its socket file and what becomes of it. Immutable; each method returns a
 * changed copy. They have no effect on abstract names.
 *
 * <p>The file never has a looser mode than asked for, not for a moment and whatever the umask. If
 * it gets another group or owner, only the server's user can connect until it has them.
 *
 * <p>A file is as safe as the folders on the way to it: anyone who can rename one of them can put
 * another socket in the file's place. So each folder, up to the root and through symbolic links,
 * must belong to root or to the server's user, and must not be writable by all users unless it has
 * the sticky bit, as {@code /tmp} has. Otherwise the server does not start, unless you call {@link
 * #allowUnsafeParents} or name the folder in the system property {@code grpcuds.trustedFolders},
 * which takes several as a class path does. A folder that a group can write to is accepted: you
 * trust the members of that group. In a user namespace, a folder whose owner the namespace does not
 * map is accepted too, because that may be root. Access control lists are not checked, and on
 * Windows nothing is.
 */
public final class SocketFileOptions {
  private static final SocketFileOptions DEFAULTS = new SocketFileOptions();

  private int mode = 0600;
  private FileOwners owners = FileOwners.UNCHANGED;
  private boolean deleteOnClose = true;
  private boolean createParents;
  private boolean allowUnsafeParents;

  private SocketFileOptions() {}

  /**
   * Returns the defaults: mode 0600, the owner and group that any new file of the server gets, no
   * folders created, and the file deleted on close.
   */
  public static SocketFileOptions defaults() {
    return DEFAULTS;
  }

  private SocketFileOptions copy() {
    SocketFileOptions copy = new SocketFileOptions();
    copy.mode = mode;
    copy.owners = owners;
    copy.deleteOnClose = deleteOnClose;
    copy.createParents = createParents;
    copy.allowUnsafeParents = allowUnsafeParents;
    return copy;
  }

  /**
   * Sets who may connect: on Linux and macOS a client needs write permission on the file (unix(7)).
   * The file never has a looser mode than this, whatever the umask. Windows has no modes and
   * ignores this.
   *
   * @param mode permission bits, 0 to 0777, such as {@code 0660}
   */
  public SocketFileOptions mode(int mode) {
    if (mode < 0 || mode > 0777) {
      throw new IllegalArgumentException("mode not in 0..0777: 0" + Integer.toOctalString(mode));
    }
    SocketFileOptions copy = copy();
    copy.mode = mode;
    return copy;
  }

  /**
   * Sets who may connect, as {@link #mode(int)} does.
   *
   * @param mode in octal, such as {@code "0660"}, or as ls shows it, such as {@code "rw-rw----"}
   */
  public SocketFileOptions mode(String mode) {
    try {
      return mode.matches("[0-7]{1,5}")
          ? mode(Integer.parseInt(mode, 8))
          : mode(ModeText.bits(mode));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "not a file mode: \"" + mode + "\" (such as 0660 or rw-rw----)", e);
    }
  }

  /**
   * Gives the file to a group. The server's user must be a member of it, or be root; otherwise the
   * server does not start.
   *
   * @param group a name or a number; a number is the gid unless a group has it as its name
   */
  public SocketFileOptions group(String group) {
    return owners(owners.withGroup(group));
  }

  /** Gives the file to a group, as {@link #group(String)} does. */
  public SocketFileOptions group(int gid) {
    return owners(owners.withGroup(gid));
  }

  /**
   * Gives the file to a user. Only root can do that; for other users the server does not start.
   *
   * @param user a name or a number; a number is the uid unless a user has it as its name
   */
  public SocketFileOptions owner(String user) {
    return owners(owners.withUser(user));
  }

  /** Gives the file to a user, as {@link #owner(String)} does. */
  public SocketFileOptions owner(int uid) {
    return owners(owners.withUser(uid));
  }

  private SocketFileOptions owners(FileOwners owners) {
    SocketFileOptions copy = copy();
    copy.owners = owners;
    return copy;
  }

  /**
   * Creates the folders on the way to the file that are missing, with mode 0700. They stay when the
   * server stops.
   */
  public SocketFileOptions createParents() {
    SocketFileOptions copy = copy();
    copy.createParents = true;
    return copy;
  }

  /** Accepts folders in which other users can put another file in the socket's place. */
  public SocketFileOptions allowUnsafeParents() {
    SocketFileOptions copy = copy();
    copy.allowUnsafeParents = true;
    return copy;
  }

  /**
   * Sets whether closing the server deletes the file if it is still this server's. A file that
   * stays refuses connections, and the next server that starts there takes it over.
   */
  public SocketFileOptions deleteOnClose(boolean delete) {
    SocketFileOptions copy = copy();
    copy.deleteOnClose = delete;
    return copy;
  }

  int mode() {
    return mode;
  }

  FileOwners owners() {
    return owners;
  }

  boolean deleteOnClose() {
    return deleteOnClose;
  }

  boolean createsParents() {
    return createParents;
  }

  boolean allowsUnsafeParents() {
    return allowUnsafeParents;
  }

  /** Such as {@code mode rw-rw----, group app, deleted on close}. */
  @Override
  public String toString() {
    return "mode "
        + ModeText.of(mode)
        + owners
        + (createParents ? ", parents created" : "")
        + (allowUnsafeParents ? ", unsafe parents allowed" : "")
        + (deleteOnClose ? ", deleted on close" : ", kept on close");
  }
}
