package io.github.grpcuds.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import org.junit.jupiter.api.Assumptions;

/** Programs that {@code it/peers/build} makes, if the toolchains are here. */
final class BuiltPeers {
  private static final Path FOLDER = Paths.get("target", "peers");

  private BuiltPeers() {}

  /** The path of a file of a peer; aborts the test, and says why, if it was not built. */
  static String path(String name, String file) {
    Path path = FOLDER.resolve(name + file).toAbsolutePath();
    Path skipped = FOLDER.resolve(name + ".skipped");
    try {
      String reason =
          Files.exists(skipped)
              ? new String(Files.readAllBytes(skipped), StandardCharsets.UTF_8).trim()
              : "run it/peers/build first";
      Assumptions.assumeTrue(
          Files.exists(path) && !Files.exists(skipped), () -> "no peer in " + name + ": " + reason);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return path.toString();
  }
}
