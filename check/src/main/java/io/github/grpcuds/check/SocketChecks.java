package io.github.grpcuds.check;

import io.github.grpcuds.transport.UdsAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;

/** The file of a socket and the folders that it is in. */
final class SocketChecks {
  private static final int STICKY = 01000;
  private static final int TYPE_MASK = 0170000;
  private static final int SOCKET = 0140000;

  private final Report report;
  private final UdsAddress address;

  SocketChecks(Report report, UdsAddress address) {
    this.report = report;
    this.address = address;
  }

  void run() {
    if (address.isAbstract()) {
      report.ok("file", "none: an abstract name, open to every user of this network namespace");
      return;
    }
    report.ok("length", address.path().getBytes(StandardCharsets.UTF_8).length + " bytes");
    Path file = Paths.get(address.path()).toAbsolutePath();
    Deque<Path> folders = new ArrayDeque<>();
    for (Path folder = file.getParent(); folder != null; folder = folder.getParent()) {
      folders.push(folder);
    }
    for (Path folder : folders) {
      if (!folder(folder)) {
        return;
      }
    }
    file(file);
  }

  /** False if there is no way beyond it. */
  private boolean folder(Path folder) {
    try {
      PosixFileAttributes there = Files.readAttributes(folder, PosixFileAttributes.class);
      if (!there.isDirectory()) {
        report.failure("folder", folder + " is no folder");
        return false;
      }
      if (!Files.isExecutable(folder)) {
        report.failure("folder", shown(folder, there) + ": this user may not look into it");
        return false;
      }
      boolean open = there.permissions().contains(PosixFilePermission.OTHERS_WRITE);
      if (open && (mode(folder) & STICKY) == 0) {
        report.warning("folder", shown(folder, there) + ": any user can swap what is in it");
      } else {
        report.ok("folder", shown(folder, there));
      }
      return true;
    } catch (IOException | UnsupportedOperationException e) {
      report.failure("folder", "there is none, or it cannot be looked at: " + e);
      return false;
    }
  }

  private void file(Path file) {
    try {
      PosixFileAttributes there =
          Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      String shown = shown(file, there);
      if (there.isSymbolicLink()) {
        report.ok("file", shown + ", a link to " + Files.readSymbolicLink(file));
      } else if ((mode(file) & TYPE_MASK) != SOCKET) {
        report.failure("file", shown + ": no socket");
      } else if (!Files.isWritable(file)) {
        report.failure("file", shown + ": this user may not connect, which takes write access");
      } else {
        report.ok("file", shown);
      }
    } catch (IOException | UnsupportedOperationException e) {
      report.failure("file", "there is none: the server has not started, or uses another path");
    }
  }

  private static int mode(Path file) throws IOException {
    return (Integer) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS);
  }

  private static String shown(Path file, PosixFileAttributes there) {
    return file
        + " "
        + PosixFilePermissions.toString(there.permissions())
        + " "
        + there.owner().getName()
        + ":"
        + there.group().getName();
  }
}
