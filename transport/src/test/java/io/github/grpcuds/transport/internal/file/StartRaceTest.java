package io.github.grpcuds.transport.internal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.ChildJvm;
import io.github.grpcuds.testkit.ChildProcess;
import io.github.grpcuds.transport.internal.backend.Backends;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that start servers on one path, on all the backends that run here. */
final class StartRaceTest {
  private static final int ROUNDS = 100;

  @TempDir Path dir;

  private Path path;
  private final List<ChildProcess> children = new ArrayList<>();

  @BeforeEach
  void startProcesses() {
    path = dir.resolve("s");
    List<String> backends = new ArrayList<>(Backends.names());
    backends.addAll(Backends.names());
    for (String backend : backends) {
      if (Backends.named(backend) != null) {
        children.add(new ChildJvm(Starter.class).backend(backend).start(path));
      }
    }
    assertTrue(children.size() >= 2, "backends that run here: " + children.size());
  }

  @AfterEach
  void endProcesses() throws IOException {
    for (ChildProcess child : children) {
      child.close();
    }
  }

  @Test
  void oneOfManyProcessesThatStartAtTheSameInstantWins() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      assertLeft(round == 0);
      ChildProcess winner = winner("start-and-leave-the-file", round);
      assertEquals("stopped", winner.ask("stop"));
    }
    assertEquals("stopped", winner("start", ROUNDS).ask("stop"));
    assertLeft(true);
  }

  /** The one that says it listens; all others have to say that the address is in use. */
  private ChildProcess winner(String start, int round) throws Exception {
    for (ChildProcess child : children) {
      child.say(start);
    }
    List<String> answers = new ArrayList<>();
    for (ChildProcess child : children) {
      answers.add(child.hear(""));
    }
    List<String> expected = new ArrayList<>(Collections.nCopies(children.size() - 1, "lost"));
    expected.add("won");
    List<String> sorted = new ArrayList<>(answers);
    Collections.sort(sorted);
    assertEquals(expected, sorted, "round " + round);
    return children.get(answers.indexOf("won"));
  }

  private void assertLeft(boolean nothing) throws IOException {
    assertEquals(
        nothing ? "[]" : "[s]",
        Arrays.toString(dir.toFile().list()),
        "left in the folder, with the file there: " + Files.exists(path));
  }
}
