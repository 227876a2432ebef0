package io.github.grpcuds.transport.internal.peer;

/**
 * The user that this process acts as, which is whom its peers see: the owner of what it makes. Not
 * the system property {@code user.name}, which any start script can set.
 */
public final class OwnUser {
  public final Integer uid; // null if not known
  public final String name; // null if not known

  OwnUser(Integer uid, String name) {
    this.uid = uid;
    this.name = name;
  }

  /** As it is now: a process may change its user. */
  public static OwnUser get() {
    return UserDatabase.get().ownUser();
  }

  /** Such as {@code app (uid 1000)}; without a name where the user database has none. */
  public String shown() {
    return name == null ? toString() : name + " (" + this + ")";
  }

  /** Such as {@code uid 1000}. */
  @Override
  public String toString() {
    return "uid " + (uid == null ? "not known" : uid);
  }
}
