package io.github.grpcuds.transport.internal.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * The uid or gid behind a principal of the JDK, which keeps it and has no method that tells it.
 *
 * <p>Two principals are equal when their ids are, and the hash code is the id itself, since JDK 7.
 * That is nowhere promised, so it is tried first, on this very JVM: for files, whose ids there is
 * another way to ask for, and for ids that are looked up as numbers. If it fails for one, or a
 * principal is of another class than those tried, the id is not known.
 */
public final class PrincipalIds {
  private static final String[] FILES = {
    "/", "/proc/self", System.getProperty("java.home"), System.getProperty("java.io.tmpdir")
  };

  /** Ids that are neither small nor likely to be anybody's. */
  private static final int[] NUMBERS = {1_987_654_321, 70_007};

  private static final Set<Class<?>> TRIED = tryAll(FILES, NUMBERS);

  private PrincipalIds() {}

  /** Null if not known. */
  public static Integer of(UserPrincipal principal) {
    int id = principal.hashCode();
    String name = principal.getName();
    boolean known =
        TRIED.contains(principal.getClass())
            && (!IdText.isNumber(name) || name.equals(String.valueOf(id)));
    return known ? id : null;
  }

  /** Whether ids are known at all. */
  public static boolean work() {
    return !TRIED.isEmpty();
  }

  /** The classes of principals whose hash code is the id; none if it was not so once. */
  static Set<Class<?>> tryAll(String[] files, int... numbers) {
    Set<Class<?>> tried = new HashSet<>();
    try {
      boolean hold = true;
      for (String file : files) {
        hold &= !Files.exists(Paths.get(file)) || holdsFor(Paths.get(file));
      }
      for (int number : numbers) {
        hold &= holdsFor(number, tried);
      }
      return hold ? tried : new HashSet<>();
    } catch (IOException | RuntimeException e) {
      return new HashSet<>(); // such as on Windows, where there are no such ids
    }
  }

  private static boolean holdsFor(Path file) throws IOException {
    PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class);
    return Files.getAttribute(file, "unix:uid").equals(attributes.owner().hashCode())
        && Files.getAttribute(file, "unix:gid").equals(attributes.group().hashCode());
  }

  private static boolean holdsFor(int number, Set<Class<?>> tried) throws IOException {
    UserPrincipalLookupService lookup =
        Paths.get("").getFileSystem().getUserPrincipalLookupService();
    UserPrincipal user = lookup.lookupPrincipalByName(String.valueOf(number));
    UserPrincipal group = lookup.lookupPrincipalByGroupName(String.valueOf(number));
    tried.addAll(Arrays.asList(user.getClass(), group.getClass()));
    return user.hashCode() == number && group.hashCode() == number;
  }
}
