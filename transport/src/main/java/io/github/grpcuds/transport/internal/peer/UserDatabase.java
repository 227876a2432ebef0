package io.github.grpcuds.transport.internal.peer;

import io.github.grpcuds.transport.internal.Platform;

/** What the system knows of users and groups. Safe for use by any thread. */
abstract class UserDatabase {
  private static final class Holder {
    static final UserDatabase HERE = Platform.ANDROID ? new AndroidUsers() : new NioUserDatabase();
  }

  /** How the database answers whether somebody has a name. */
  enum Answer {
    YES,
    NO,
    /** It does not answer now. */
    NONE
  }

  static UserDatabase get() {
    return Holder.HERE;
  }

  /** The user that this process acts as now. */
  abstract OwnUser ownUser();

  abstract Answer hasUser(String name);

  abstract Group group(String name);

  /** What the database answers to the name of a group. */
  static final class Group {
    final Answer exists;
    final Integer gid; // null if there is none, or it is not known

    Group(Answer exists, Integer gid) {
      this.exists = exists;
      this.gid = gid;
    }
  }
}
