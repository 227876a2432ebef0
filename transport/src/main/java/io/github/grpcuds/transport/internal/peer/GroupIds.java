package io.github.grpcuds.transport.internal.peer;

import java.util.Collections;
import java.util.HashSet;
import java.util.Set;

/**
 * The gids of groups that are known by name. Each name is asked for until the system's database has
 * answered, and not again: a group keeps its gid. Safe for use by several threads, which may ask
 * the database at the same time.
 */
public final class GroupIds {
  private final Set<String> names;
  private volatile Set<Integer> complete; // null until the database has answered for each name

  public GroupIds(Set<String> names) {
    this.names = names;
  }

  /** The gids that are known; empty where the JDK tells no numbers. */
  public Set<Integer> get() {
    Set<Integer> found = complete;
    return found == null ? lookUp() : found;
  }

  private Set<Integer> lookUp() {
    Set<Integer> found = new HashSet<>();
    boolean answered = true;
    for (String name : names) {
      UserDatabase.Group group = UserDatabase.get().group(name);
      answered &= group.exists != UserDatabase.Answer.NONE;
      if (group.gid != null) {
        found.add(group.gid);
      }
    }
    if (answered) {
      complete = Collections.unmodifiableSet(found);
    }
    return found;
  }

  /** Whether the database answers that none of these is a group; false if it does not answer. */
  public boolean areNobodys() {
    for (String name : names) {
      if (UserDatabase.get().group(name).exists != UserDatabase.Answer.NO) {
        return false;
      }
    }
    return true;
  }
}
