package io.github.grpcuds.transport.internal;

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

  /** A name or an {@code Integer}; null to leave it. */
  public Object user() {
    return user;
  }

  /** A name or an {@code Integer}; null to leave it. */
  public Object group() {
    return group;
  }

  /** Such as {@code , owner root, group 27}; nothing for what is left. */
  @Override
  public String toString() {
    return (user == null ? "" : ", owner " + user) + (group == null ? "" : ", group " + group);
  }
}
