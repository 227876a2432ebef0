package io.github.grpcuds.transport.internal.jdk;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The descriptor of a channel that the JDK has just opened, as Linux shows it in /proc/self/fd.
 *
 * <p>The JDK does not tell its number. It is among those that are new since before the channel was
 * opened, and the one of them whose flags change as the channel goes from blocking to not blocking
 * and back.
 */
final class JdkDescriptor {
  private static final Path DESCRIPTORS = Paths.get("/proc/self/fd");
  private static final Path FACTS = Paths.get("/proc/self/fdinfo");
  private static final String SOCKET = "socket:";
  private static final String FLAGS = "flags:";

  private final String number;

  private JdkDescriptor(String number) {
    this.number = number;
  }

  /** This process' sockets by the numbers of their descriptors; none where Linux' proc is not. */
  static Map<String, String> sockets() {
    Map<String, String> sockets = new HashMap<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(DESCRIPTORS)) {
      for (Path entry : entries) {
        String target = target(entry);
        if (target.startsWith(SOCKET)) {
          sockets.put(entry.getFileName().toString(), target);
        }
      }
    } catch (IOException | RuntimeException e) {
      sockets.clear(); // what was not seen would look new
    }
    return sockets;
  }

  /** Such as {@code socket:[123]}, with the inode's number; nothing if it was closed meanwhile. */
  private static String target(Path entry) {
    try {
      return Files.readSymbolicLink(entry).toString();
    } catch (IOException e) {
      return "";
    }
  }

  /**
   * The descriptor of a channel, which is left blocking.
   *
   * @param before the sockets from before it was opened
   * @return null if it cannot be told for sure
   */
  static JdkDescriptor of(ServerSocketChannel channel, Map<String, String> before)
      throws IOException {
    Map<String, String> opened = sockets();
    opened.entrySet().removeAll(before.entrySet());
    Set<String> candidates = opened.keySet();
    Map<String, String> blocking = flags(candidates);
    channel.configureBlocking(false);
    Map<String, String> nonBlocking = flags(candidates);
    channel.configureBlocking(true);
    Map<String, String> blockingAgain = flags(candidates);
    candidates.removeIf(
        number ->
            !blocking.containsKey(number)
                || !blocking.get(number).equals(blockingAgain.get(number))
                || blocking.get(number).equals(nonBlocking.get(number)));
    return candidates.size() == 1 ? new JdkDescriptor(candidates.iterator().next()) : null;
  }

  /** The open file's flags (proc(5)), of those that are still there. */
  private static Map<String, String> flags(Set<String> numbers) {
    Map<String, String> flags = new HashMap<>();
    for (String number : numbers) {
      try {
        for (String line : Files.readAllLines(FACTS.resolve(number), US_ASCII)) {
          if (line.startsWith(FLAGS)) {
            flags.put(number, line);
          }
        }
      } catch (IOException | RuntimeException e) {
        // closed meanwhile
      }
    }
    return flags;
  }

  int number() {
    return Integer.parseInt(number);
  }

  /**
   * Changes the mode of the descriptor itself, which its file takes over when it is bound
   * (unix_bind of Linux).
   */
  void setMode(Set<PosixFilePermission> mode) throws IOException {
    Files.setPosixFilePermissions(DESCRIPTORS.resolve(number), mode);
  }
}
