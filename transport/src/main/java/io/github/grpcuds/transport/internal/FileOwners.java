package io.github.grpcuds.transport.internal;

import io.github.grpcuds.transport.UdsAddress;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;

/** The user and group that a file is given to, each a name or an id, or null to leave it. */
public final class FileOwners {
  public static final FileOwners UNCHANGED = new FileOwners(null, null);

  private final Object user;
  private final Object group;

  private FileOwners(Object user, Object group) {
    this.user = user;
    this.group = group;
  }

  public FileOwners withUser(String name) {
    return new FileOwners(checkName("user", name), group);
  }

  public FileOwners withUser(int uid) {
    return new FileOwners(checkId("uid", uid), group);
  }

  public FileOwners withGroup(String name) {
    return new FileOwners(user, checkName("group", name));
  }

  public FileOwners withGroup(int gid) {
    return new FileOwners(user, checkId("gid", gid));
  }

  private static String checkName(String kind, String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("empty name of a " + kind);
    }
    return name;
  }

  private static Integer checkId(String kind, int id) {
    if (id < 0) {
      throw new IllegalArgumentException(kind + " < 0: " + id);
    }
    return id;
  }

  public boolean changeNothing() {
    return user == null && group == null;
  }

  /** Comes before the mode is set, which the file's owner alone may do. */
  public void giveGroup(Path file, UdsAddress address) throws IOException {
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
  public void giveUser(Path file, UdsAddress address) throws IOException {
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

  /** Such as {@code , owner root, group 27}; nothing for what is left. */
  @Override
  public String toString() {
    return (user == null ? "" : ", owner " + user) + (group == null ? "" : ", group " + group);
  }
}
