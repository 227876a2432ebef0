package io.github.grpcuds.transport;

import io.github.grpcuds.transport.internal.peer.GroupIds;
import io.github.grpcuds.transport.internal.peer.IdText;
import io.github.grpcuds.transport.internal.peer.OwnUser;
import io.github.grpcuds.transport.internal.peer.UserNames;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Decides who may be at the other end of a connection, by what the kernel says of that process.
 *
 * <p>A policy refuses what it cannot judge: if {@link PeerCredentials} lack what it needs, it
 * refuses the peer, and the reason says so. Policies are immutable. Combine them with {@link #or}
 * and {@link #and}, as in {@code sameUser().or(uid(0))}. Only {@link #user} and {@link #group} look
 * names up, which can take long if the user database is on the network.
 */
public final class PeerPolicy {
  /** Why a peer is refused, to follow its name in a sentence; null if it is not. */
  private interface Rule {
    String refusal(PeerCredentials peer);
  }

  /** Why a policy allows nobody; null if it may allow somebody. */
  private interface Reason {
    String get();
  }

  private static final PeerPolicy ANY = new PeerPolicy("any user", peer -> null);
  private static final PeerPolicy SAME = new PeerPolicy("same user", PeerPolicy::otherThanOwn);

  private final String name;
  private final Rule rule;
  private final Reason whyNobody;

  private PeerPolicy(String name, Rule rule) {
    this(name, rule, () -> null);
  }

  private PeerPolicy(String name, Rule rule, Reason whyNobody) {
    this.name = name;
    this.rule = rule;
    this.whyNobody = whyNobody;
  }

  /** Allows everybody, even peers about whom nothing is known. */
  public static PeerPolicy anyUser() {
    return ANY;
  }

  /**
   * Allows peers with the effective user id of this process. Root is another user, unless this
   * process runs as root.
   */
  public static PeerPolicy sameUser() {
    return SAME;
  }

  /** Allows peers whose effective user id is one of these. */
  public static PeerPolicy uid(int... uids) {
    Set<Integer> wanted = ids("uid", uids);
    String name = "uid " + list(wanted);
    return new PeerPolicy(
        name,
        peer -> {
          if (peer.uid() == null) {
            return "has no known uid, and must be " + name;
          }
          return wanted.contains(peer.uid()) ? null : "is not " + name;
        });
  }

  /**
   * Allows peers whose effective group or one of whose supplementary groups is one of these. If the
   * supplementary groups are not known (on the jdk backend), the effective group has to match.
   */
  public static PeerPolicy gid(int... gids) {
    Set<Integer> wanted = ids("gid", gids);
    String name = "gid " + list(wanted);
    return new PeerPolicy(name, peer -> notIn(wanted, name, peer));
  }

  /** Allows peers whose user has one of these names; see {@link #whyNobody} for typing errors. */
  public static PeerPolicy user(String... users) {
    Set<String> wanted = names("user", "uid", users);
    String name = "user " + list(wanted);
    return new PeerPolicy(
        name,
        peer -> {
          String user = peer.user();
          if (user == null) {
            return "has no known user name, and must be " + name;
          }
          return wanted.contains(user) ? null : "is user " + user + " and not " + name;
        },
        () -> UserNames.areNobodys(wanted) ? "there is no " + name : null);
  }

  /**
   * Allows peers whose effective group or one of whose supplementary groups has one of these names;
   * see {@link #whyNobody} for typing errors. The names are looked up when the policy is first
   * asked, and again for each peer as long as the database does not answer. What {@link #gid} says
   * of supplementary groups holds here, too.
   */
  public static PeerPolicy group(String... groups) {
    Set<String> wanted = names("group", "gid", groups);
    String name = "group " + list(wanted);
    GroupIds ids = new GroupIds(wanted);
    return new PeerPolicy(
        name,
        peer -> notIn(ids.get(), name, peer),
        () -> ids.areNobodys() ? "there is no " + name : null);
  }

  /** Allows peers that either policy allows. */
  public PeerPolicy or(PeerPolicy other) {
    return new PeerPolicy(
        "(" + this + " or " + other + ")",
        peer -> {
          String first = rule.refusal(peer);
          String second = first == null ? null : other.rule.refusal(peer);
          return second == null ? null : first + ", and " + second;
        },
        () -> {
          String first = whyNobody();
          String second = first == null ? null : other.whyNobody();
          return second == null ? null : first + ", and " + second;
        });
  }

  /** Allows peers that both policies allow. */
  public PeerPolicy and(PeerPolicy other) {
    return new PeerPolicy(
        "(" + this + " and " + other + ")",
        peer -> {
          String refusal = rule.refusal(peer);
          return refusal == null ? other.rule.refusal(peer) : refusal;
        },
        () -> {
          String first = whyNobody();
          return first == null ? other.whyNobody() : first;
        });
  }

  /**
   * Returns whether a peer is allowed.
   *
   * @param peer null if nothing is known about it
   */
  public boolean allows(PeerCredentials peer) {
    return refusal(peer) == null;
  }

  /**
   * Returns why a peer is not allowed, such as {@code peer pid=17 uid=1000 gid=1000 is not of the
   * same user (uid 0)}; null if it is allowed.
   *
   * @param peer null if nothing is known about it
   */
  public String refusal(PeerCredentials peer) {
    PeerCredentials known = peer == null ? PeerCredentials.unknown(null) : peer;
    String refusal = rule.refusal(known);
    return refusal == null ? null : (known.isUnknown() ? "" : "peer ") + known + " " + refusal;
  }

  /**
   * Returns why the policy can allow no process of this system, such as {@code there is no user
   * typo}, or null if it can allow one. If the policy has names, this asks the system's user
   * database. A server asks when it starts, and fails if there is a reason.
   */
  public String whyNobody() {
    return whyNobody.get();
  }

  private static String otherThanOwn(PeerCredentials peer) {
    OwnUser own = OwnUser.get();
    boolean comparable = peer.uid() != null && own.uid != null;
    // Where the JDK gives names alone, they have to do.
    boolean byName = peer.uid() == null && peer.user() != null && own.name != null;
    if (!comparable && !byName) {
      return own.uid == null
          ? "is refused, as this process' own uid is not known"
          : "has no known uid, and must be of the same user (" + own + ")";
    }
    boolean same = comparable ? peer.uid().equals(own.uid) : peer.user().equals(own.name);
    return same ? null : "is not of the same user (" + own + ")";
  }

  private static String notIn(Set<Integer> wanted, String name, PeerCredentials peer) {
    List<Integer> others = peer.supplementaryGids();
    if (wanted.contains(peer.gid()) || (others != null && !Collections.disjoint(others, wanted))) {
      return null;
    }
    if (peer.gid() == null && others == null) {
      return "has no known groups, and must be in " + name;
    }
    return others == null
        ? "is not of " + name + ", and its supplementary groups are not known"
        : "is not in " + name;
  }

  private static Set<String> names(String kind, String numbers, String... names) {
    Set<String> wanted = new LinkedHashSet<>();
    for (String name : names) {
      if (name.isEmpty() || IdText.isNumber(name)) {
        throw new IllegalArgumentException(
            "not a " + kind + " name: \"" + name + "\" (" + numbers + " takes numbers)");
      }
      wanted.add(name);
    }
    checkNotEmpty(kind, wanted);
    return wanted;
  }

  private static Set<Integer> ids(String kind, int... ids) {
    Set<Integer> wanted = new LinkedHashSet<>();
    for (int id : ids) {
      if (id == -1) {
        throw new IllegalArgumentException(kind + " -1 is nobody's");
      }
      wanted.add(id);
    }
    checkNotEmpty(kind, wanted);
    return wanted;
  }

  private static void checkNotEmpty(String kind, Set<?> wanted) {
    if (wanted.isEmpty()) {
      throw new IllegalArgumentException("no " + kind + " given");
    }
  }

  private static String list(Set<?> wanted) {
    StringBuilder list = new StringBuilder();
    for (Object one : wanted) {
      list.append(list.length() == 0 ? "" : " or ").append(one);
    }
    return list.toString();
  }

  /** Returns what the policy requires, such as {@code (same user or gid 27 or 40)}. */
  @Override
  public String toString() {
    return name;
  }
}
