package io.github.grpcuds.http2.internal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Inputs that {@code http2/fuzz} found worth keeping: some of those that reached new code. */
final class FuzzCorpusTest {
  @Test
  void frames() throws Exception {
    replay("frames", Http2Fuzz::receive);
  }

  @Test
  void hpack() throws Exception {
    replay("hpack", HpackFuzz::decode);
  }

  private static void replay(String name, Consumer<byte[]> run) throws Exception {
    Path folder = Paths.get(FuzzCorpusTest.class.getResource("/fuzz/" + name).toURI());
    List<Path> inputs = list(folder);
    assertTrue(inputs.size() > 10, "inputs: " + inputs.size());
    for (Path input : inputs) {
      try {
        run.accept(Files.readAllBytes(input));
      } catch (RuntimeException | Error e) {
        throw new AssertionError("input " + input, e);
      }
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().collect(Collectors.toList());
    }
  }
}
