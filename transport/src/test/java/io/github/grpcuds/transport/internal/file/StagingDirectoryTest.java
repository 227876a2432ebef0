package io.github.grpcuds.transport.internal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.transport.internal.Platform;
import io.github.grpcuds.transport.internal.backend.BackendTest;
import io.github.grpcuds.transport.internal.backend.Backends;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StagingDirectoryTest {
  @TempDir Path dir;

  @Test
  void folderIsForItsOwnerAloneAndGoesAway() throws Exception {
    Path socket;
    try (StagingDirectory nursery = nursery(dir.resolve("s"))) {
      socket = nursery.socket();
      assertEquals("rwx------", modeOf(socket.getParent()));
      assertEquals(dir, socket.getParent().getParent());
      assertEquals(socket.toString(), nursery.address().path());
      assertEquals(Paths.get("s"), socket.getFileName());
    }
    assertFalse(Files.exists(socket.getParent()));
  }

  @Test
  void socketThatStayedInsideIsDeleted() throws Exception {
    Path socket;
    try (StagingDirectory nursery = nursery(dir.resolve("s"))) {
      socket = Files.createFile(nursery.socket());
    }
    assertFalse(Files.exists(socket));
  }

  @Test
  void longPathIsReachedByADetourThatGoesAway() throws Exception {
    int room = Platform.SUN_PATH_BYTES - 2 - dir.toString().length() - 1;
    Assumptions.assumeTrue(room > 10, "the temp directory's path is too long: " + dir);
    Path path = dir.resolve(String.join("", Collections.nCopies(room, "x")));
    Path link;
    try (StagingDirectory nursery = nursery(path)) {
      Path bound = Paths.get(nursery.address().path());
      link = bound.getParent();
      assertNotEquals(nursery.socket(), bound);
      assertEquals(nursery.socket().getParent(), Files.readSymbolicLink(link));
      assertEquals("rwx------", modeOf(link.getParent()));
      assertEquals("rwx------", modeOf(nursery.socket().getParent()));
    }
    assertFalse(Files.exists(link.getParent()));
    assertTrue(dir.toFile().list().length == 0);
  }

  private static StagingDirectory nursery(Path path) throws Exception {
    return StagingDirectory.create(
        Backends.choose(BackendTest.at(path)), BackendTest.at(path), path);
  }

  private static String modeOf(Path path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
