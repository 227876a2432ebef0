package io.github.grpcuds.transport.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rooms of this module use each other in one direction, as docs/ARCHITECTURE.md draws it. */
class RoomsTest {
  private static final Path SOURCES =
      Paths.get("src/main/java", RoomsTest.class.getPackage().getName().split("\\."));

  private static final Pattern USE =
      Pattern.compile("\\bio\\.github\\.grpcuds\\.transport\\.internal\\.([a-z]+)\\.");

  /** Each room, after those that it may use. */
  private static final List<String> ORDER =
      Arrays.asList(
          "peer", "channel", "file", "posix", "ffm", "jnr", "jdk", "backend", "socket", "systemd");

  @Test
  void everyRoomIsKnown() throws IOException {
    try (Stream<Path> below = Files.list(SOURCES)) {
      Set<String> rooms =
          below
              .filter(Files::isDirectory)
              .map(folder -> folder.getFileName().toString())
              .collect(Collectors.toCollection(TreeSet::new));
      assertEquals(new TreeSet<>(ORDER), rooms);
    }
  }

  @Test
  void aRoomUsesNoneThatUsesIt() throws IOException {
    Set<String> upward = new TreeSet<>();
    for (String room : ORDER) {
      for (String used : usesOf(SOURCES.resolve(room), Integer.MAX_VALUE)) {
        if (ORDER.indexOf(used) > ORDER.indexOf(room)) {
          upward.add(room + " uses " + used);
        }
      }
    }
    assertEquals(new TreeSet<>(), upward);
  }

  /** What all rooms use. */
  @Test
  void theHallUsesNoRoom() throws IOException {
    assertEquals(new TreeSet<>(), usesOf(SOURCES, 1));
  }

  private static Set<String> usesOf(Path folder, int depth) throws IOException {
    Set<String> used = new TreeSet<>();
    try (Stream<Path> files = Files.walk(folder, depth)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        Matcher use = USE.matcher(String.join("\n", Files.readAllLines(file)));
        while (use.find()) {
          used.add(use.group(1));
        }
      }
    }
    return used;
  }
}
