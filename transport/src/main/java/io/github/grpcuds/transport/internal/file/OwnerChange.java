package io.github.grpcuds.transport.internal.file;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.FileOwners;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;

/** Gives a file to the user and group that it is to have. */
final class OwnerChange {
  private OwnerChange() {}

  /** Comes before the mode is set, which the file's owner alone may do. */
  static void giveGroup(FileOwners owners, Path file, UdsAddress address) throws IOException {
    Object group = owners.group();
    if (group instanceof Integer) {
      give(
          address,
          "group",
          group,
          () -> Files.setAttribute(file, "unix:gid", group, LinkOption.NOFOLLOW_LINKS));
    } else if (group != null) {
      give(
          address,
          "group",
          group,
          () -> view(file).setGroup(lookup(file).lookupPrincipalByGroupName((String) group)));
    }
  }

  /** Comes last: afterwards the file may be somebody else's. */
  static void giveUser(FileOwners owners, Path file, UdsAddress address) throws IOException {
    Object user = owners.user();
    if (user instanceof Integer) {
      give(
          address,
          "user",
          user,
          () -> Files.setAttribute(file, "unix:uid", user, LinkOption.NOFOLLOW_LINKS));
    } else if (user != null) {
      give(
          address,
          "user",
          user,
          () -> view(file).setOwner(lookup(file).lookupPrincipalByName((String) user)));
    }
  }

  private static PosixFileAttributeView view(Path file) {
    return Files.getFileAttributeView(
        file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
  }

  private static UserPrincipalLookupService lookup(Path file) {
    return file.getFileSystem().getUserPrincipalLookupService();
  }

  private interface Change {
    void make() throws IOException;
  }

  private static void give(UdsAddress address, String kind, Object who, Change change)
      throws IOException {
    try {
      change.make();
    } catch (UserPrincipalNotFoundException e) {
      throw new FileSystemException(
          address.path(), null, "Cannot listen: there is no " + kind + " " + who);
    } catch (FileSystemException e) {
      throw new FileSystemException(
          address.path(),
          null,
          "Cannot listen: cannot give the socket to " + kind + " " + who + ": " + e.getReason());
    }
  }
}
