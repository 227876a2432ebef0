package io.github.grpcuds.it;

import io.github.grpcuds.testkit.ChildJvm;
import io.github.grpcuds.testkit.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Runs programs as a user that is neither root nor known by a name. */
final class OtherUser {
  static final int UID = 54321;

  /**
   * A user of no privilege but to search and read any folder, so that it finds the classes of a
   * test; to connect, it needs write permission. Only a program started by the first one has that,
   * which is why env comes before java.
   */
  private static final List<String> PREFIX =
      Arrays.asList(
          "setpriv",
          "--reuid=" + UID,
          "--regid=" + UID,
          "--clear-groups",
          "--inh-caps=+dac_read_search",
          "--ambient-caps=+dac_read_search",
          "--securebits=+no_setuid_fixup", // access(2), by which JDK 8 looks for itself, has it too
          "env");

  private OtherUser() {}

  /** Skips the test, with the reason, where this process cannot act as another user. */
  static void assumeRoot() throws Exception {
    Assumptions.assumeTrue(System.getProperty("os.name").startsWith("Linux"), "setpriv is Linux'");
    boolean root = Files.getAttribute(Paths.get("/proc/self"), "unix:uid").equals(0);
    Assumptions.assumeTrue(root, "only root can act as another user");
    List<String> probe = new ArrayList<>(PREFIX);
    probe.add("true");
    try (ChildProcess process = ChildProcess.start(probe)) {
      Assumptions.assumeTrue(process.awaitExit() == 0, "this root may not set users and groups");
    } catch (IOException e) {
      Assumptions.abort(e.getMessage());
    }
  }

  /** A program of the tests, on the same backend. */
  static ChildProcess java(Class<?> program, Object... arguments) {
    return new ChildJvm(program).by(PREFIX.toArray(new String[0])).sameBackend().start(arguments);
  }
}
