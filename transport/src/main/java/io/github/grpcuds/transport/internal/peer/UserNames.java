package io.github.grpcuds.transport.internal.peer;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Set;

/** The names of the system's user database. */
public final class UserNames {
  private UserNames() {}

  /**
   * Whether the database answers that nobody has any of these; false also if it does not answer.
   */
  public static boolean areNobodys(Set<String> users) {
    return users.stream().allMatch(UserNames::isNobodys);
  }

  private static boolean isNobodys(String user) {
    try {
      FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName(user);
      return false;
    } catch (UserPrincipalNotFoundException e) {
      return true;
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }
}
