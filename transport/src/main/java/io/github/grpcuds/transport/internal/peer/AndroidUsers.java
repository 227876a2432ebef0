package io.github.grpcuds.transport.internal.peer;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;

/** Android's users are its apps: they have numbers, and no database that an app may ask. */
final class AndroidUsers extends UserDatabase {
  private static final String STATUS = "/proc/self/status";

  /** Uid: real, effective, saved, file system (proc(5)). */
  private static final String UIDS = "Uid:";

  private static final int EFFECTIVE = 2;

  @Override
  OwnUser ownUser() {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(new FileInputStream(STATUS), US_ASCII))) {
      String line;
      while ((line = lines.readLine()) != null) {
        if (line.startsWith(UIDS)) {
          int uid = (int) Long.parseLong(line.trim().split("\\s+", -1)[EFFECTIVE]);
          return new OwnUser(IdNamespace.USERS.known(uid), null);
        }
      }
    } catch (IOException | RuntimeException e) {
      // then it is not known
    }
    return new OwnUser(null, null);
  }

  @Override
  Answer hasUser(String name) {
    return Answer.NONE;
  }

  @Override
  Group group(String name) {
    return new Group(Answer.NONE, null);
  }
}
