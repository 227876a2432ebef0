package io.github.grpcuds.android.internal;

import android.system.ErrnoException;
import android.system.Os;
import android.system.OsConstants;
import android.system.StructStat;

/** By what a file is known, whatever its name. */
final class FileIdentity {
  private final long device;
  private final long inode;

  private FileIdentity(StructStat file) {
    this.device = file.st_dev;
    this.inode = file.st_ino;
  }

  static FileIdentity of(StructStat file) {
    return new FileIdentity(file);
  }

  /** Of what is at a path now; null if nothing is, or nobody can tell. */
  static FileIdentity at(String path) {
    try {
      return new FileIdentity(Os.lstat(path));
    } catch (ErrnoException e) {
      return null;
    }
  }

  /** Deletes what is at a path, if it still is the file of this identity. */
  void delete(String path) throws ErrnoException {
    if (!equals(at(path))) {
      return;
    }
    try {
      Os.remove(path);
    } catch (ErrnoException e) {
      if (e.errno != OsConstants.ENOENT) { // somebody was faster
        throw e;
      }
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FileIdentity
        && device == ((FileIdentity) other).device
        && inode == ((FileIdentity) other).inode;
  }

  @Override
  public int hashCode() {
    return (int) (31 * device + inode);
  }
}
