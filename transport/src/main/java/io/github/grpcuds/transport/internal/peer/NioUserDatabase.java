package io.github.grpcuds.transport.internal.peer;

import io.github.grpcuds.transport.internal.Platform;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;

/** What java.nio.file tells of users and groups. */
final class NioUserDatabase extends UserDatabase {
  /** Its owner is the effective user, whoever owns what is in it (proc(5)). */
  private static final Path PROCESS = Paths.get("/proc/self");

  @Override
  OwnUser ownUser() {
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
    boolean hasName = uid != null && !IdText.isNumber(owner.getName());
    return new OwnUser(uid, hasName ? owner.getName() : null);
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

  @Override
  Answer hasUser(String name) {
    try {
      lookups().lookupPrincipalByName(name);
      return Answer.YES;
    } catch (UserPrincipalNotFoundException e) {
      return Answer.NO;
    } catch (IOException | RuntimeException e) {
      return Answer.NONE;
    }
  }

  @Override
  Group group(String name) {
    try {
      return new Group(Answer.YES, PrincipalIds.of(lookups().lookupPrincipalByGroupName(name)));
    } catch (UserPrincipalNotFoundException e) {
      return new Group(Answer.NO, null);
    } catch (IOException | RuntimeException e) {
      return new Group(Answer.NONE, null);
    }
  }

  private static UserPrincipalLookupService lookups() {
    return FileSystems.getDefault().getUserPrincipalLookupService();
  }
}
