package io.github.grpcuds.transport.internal.peer;

import java.util.Set;

/** The names of the system's user database. */
public final class UserNames {
  private UserNames() {}

  /**
   * Whether the database answers that nobody has any of these; false also if it does not answer.
   */
  public static boolean areNobodys(Set<String> users) {
    for (String user : users) {
      if (UserDatabase.get().hasUser(user) != UserDatabase.Answer.NO) {
        return false;
      }
    }
    return true;
  }
}
