package io.github.grpcuds.android.internal;

import android.system.ErrnoException;
import android.system.Os;
import android.system.OsConstants;
import android.system.StructStat;

/** What stands at a path. */
enum FileKind {
  MISSING("nothing"),
  /** Some folder on the way may not be searched by this user. */
  UNREACHABLE("out of reach"),
  SOCKET("a socket"),
  DIRECTORY("a directory"),
  REGULAR_FILE("a regular file"),
  SYMBOLIC_LINK("a symbolic link"),
  OTHER("a pipe or device");

  private final String description;

  FileKind(String description) {
    this.description = description;
  }

  String description() {
    return description;
  }

  /** Looks at a path, through symbolic links. */
  static FileKind at(String path) {
    try {
      return of(Os.stat(path));
    } catch (ErrnoException e) {
      return of(e);
    }
  }

  static FileKind of(StructStat file) {
    int mode = file.st_mode;
    if (OsConstants.S_ISSOCK(mode)) {
      return SOCKET;
    }
    if (OsConstants.S_ISDIR(mode)) {
      return DIRECTORY;
    }
    if (OsConstants.S_ISREG(mode)) {
      return REGULAR_FILE;
    }
    return OsConstants.S_ISLNK(mode) ? SYMBOLIC_LINK : OTHER;
  }

  /** What a look that failed tells. */
  static FileKind of(ErrnoException e) {
    return e.errno == OsConstants.ENOENT || e.errno == OsConstants.ENOTDIR ? MISSING : UNREACHABLE;
  }
}
