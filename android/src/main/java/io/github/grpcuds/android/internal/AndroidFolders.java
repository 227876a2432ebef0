package io.github.grpcuds.android.internal;

import android.system.ErrnoException;
import android.system.Os;
import android.system.OsConstants;
import android.system.StructStat;
import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.FileFailures;
import io.github.grpcuds.transport.internal.UserTypes;
import io.github.grpcuds.transport.internal.channel.BindFailure;
import java.io.File;
import java.io.IOException;

/** The folders that a socket file is in, which have to be there and to be safe. */
final class AndroidFolders {
  private static final int OWNER_ALL = 0700;
  private static final int OTHERS_WRITE = 02;
  private static final int ROOT = 0;

  /** AID_SYSTEM, to whom /data and the folders of apps' folders belong. */
  private static final int SYSTEM = 1000;

  private final UdsAddress address;

  private AndroidFolders(UdsAddress address) {
    this.address = address;
  }

  /** Creates what is missing, if the options ask for it, and checks what is there. */
  static void prepare(File parent, UdsAddress address, SocketFileOptions options)
      throws IOException {
    if (parent == null) {
      throw BindFailure.foreign(address, "a directory");
    }
    AndroidFolders folders = new AndroidFolders(address);
    boolean mustBeSafe = !UserTypes.get().allowsUnsafeParents(options);
    if (UserTypes.get().createsParents(options) && !parent.exists()) {
      if (mustBeSafe) {
        folders.checkSafe(nearestThere(parent));
      }
      folders.create(parent);
    }
    folders.checkThere(parent);
    if (mustBeSafe) {
      folders.checkSafe(parent);
    }
  }

  private static File nearestThere(File missing) {
    File there = missing;
    while (!there.exists() && there.getParentFile() != null) {
      there = there.getParentFile();
    }
    return there;
  }

  private void create(File folder) throws IOException {
    File parent = folder.getParentFile();
    if (parent != null && !parent.exists()) {
      create(parent);
    }
    try {
      Os.mkdir(folder.getPath(), OWNER_ALL);
      Os.chmod(folder.getPath(), OWNER_ALL); // whatever the umask has left
    } catch (ErrnoException e) {
      if (e.errno != OsConstants.EEXIST) { // another server was faster, or the check will tell
        throw BindFailure.other(address, "cannot make " + folder + ": " + SystemCalls.describe(e));
      }
    }
  }

  private void checkThere(File parent) throws IOException {
    FileKind kind = FileKind.at(parent.getPath());
    if (kind == FileKind.MISSING) {
      throw FileFailures.get()
          .missing(address.path(), "Cannot listen: there is no directory " + parent);
    }
    if (kind == FileKind.UNREACHABLE) {
      throw BindFailure.denied(address, "look into " + parent);
    }
    if (kind != FileKind.DIRECTORY) {
      throw FileFailures.get().other(parent.getPath(), "Not a directory");
    }
  }

  /** Looks at each folder up to the root, where the links lead, as far as the system lets us. */
  private void checkSafe(File folder) throws IOException {
    for (File at = folder.getCanonicalFile(); at != null; at = at.getParentFile()) {
      try {
        checkSafe(at, Os.lstat(at.getPath()));
      } catch (ErrnoException e) {
        // SELinux hides folders of the system, which no app can change.
      }
    }
  }

  private void checkSafe(File folder, StructStat there) throws IOException {
    int owner = there.st_uid;
    if (owner != ROOT && owner != SYSTEM && owner != Os.geteuid()) {
      throw unsafe(folder, "belongs to uid " + owner);
    }
    boolean forAll = (there.st_mode & OTHERS_WRITE) != 0;
    if (forAll && (there.st_mode & OsConstants.S_ISVTX) == 0) {
      throw unsafe(folder, "is writable by all users and has no sticky bit");
    }
  }

  private IOException unsafe(File folder, String why) {
    return FileFailures.get()
        .other(
            address.path(),
            "Cannot listen: other users could put their own socket in its place, because "
                + folder
                + " "
                + why
                + " (use a folder of the app, or SocketFileOptions.allowUnsafeParents)");
  }
}
