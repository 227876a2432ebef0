package io.github.grpcuds.transport.internal.peer;

import io.github.grpcuds.transport.internal.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.attribute.UserPrincipal;

/**
 * The user that this process acts as, which is whom its peers see: the owner of what it makes. Not
 * the system property {@code user.name}, which any start script can set.
 */
public final class OwnUser {
  /** Its owner is the effective user, whoever owns what is in it (proc(5)). */
  private static final Path PROCESS = Paths.get("/proc/self");

  public final Integer uid; // null if not known
  public final String name; // null if not known

  private OwnUser(Integer uid, String name) {
    this.uid = uid;
    this.name = name;
  }

  /** As it is now: a process may change its user. */
  public static OwnUser get() {
    if (Platform.LINUX) {
      try {
        return ownerOf(PROCESS);
      } catch (IOException | RuntimeException e) {
        // no /proc here
      }
    }
    return ByFile.OWNER;
  }

  private static OwnUser ownerOf(Path file) throws IOException {
    UserPrincipal owner = Files.getOwner(file);
    Integer uid = IdNamespace.USERS.known((Integer) Files.getAttribute(file, "unix:uid"));
    boolean hasName = uid != null && !PrincipalIds.isNumber(owner.getName());
    return new OwnUser(uid, hasName ? owner.getName() : null);
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

  private static final class ByFile {
    static final OwnUser OWNER = find();

    private static OwnUser find() {
      try {
        Path file = Files.createTempFile("uid", null);
        try {
          return ownerOf(file);
        } finally {
          Files.delete(file);
        }
      } catch (IOException | RuntimeException e) {
        return new OwnUser(null, null); // such as on Windows
      }
    }
  }
}
