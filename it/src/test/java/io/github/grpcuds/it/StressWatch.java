package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Notes what must not happen beside the calls: severe lines in the log, uncaught exceptions. */
final class StressWatch extends Handler implements AutoCloseable {
  private static final Path DESCRIPTORS = Paths.get("/proc/self/fd");
  private static final Path SOCKETS = Paths.get("/proc/net/unix");

  private final List<String> bad = new CopyOnWriteArrayList<>();
  private final Thread.UncaughtExceptionHandler before =
      Thread.getDefaultUncaughtExceptionHandler();

  StressWatch() {
    Logger.getLogger("").addHandler(this);
    Thread.setDefaultUncaughtExceptionHandler((t, e) -> bad.add(t + ": " + trace(e)));
  }

  private static String trace(Throwable e) {
    return e + " " + Arrays.toString(e.getStackTrace());
  }

  @Override
  public void publish(LogRecord record) {
    if (record.getLevel().intValue() >= Level.SEVERE.intValue()) {
      Throwable thrown = record.getThrown();
      bad.add(record.getMessage() + (thrown == null ? "" : ": " + trace(thrown)));
    }
  }

  @Override
  public void flush() {}

  void assertNothingBad() {
    assertEquals(Collections.emptyList(), bad);
  }

  /** What this process has open; empty where that cannot be told. */
  static List<String> descriptors() {
    List<String> targets = new ArrayList<>();
    if (Files.isDirectory(DESCRIPTORS)) {
      try (Stream<Path> all = Files.list(DESCRIPTORS)) {
        all.forEach(one -> targets.add(target(one)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    targets.removeIf(target -> target.endsWith(".jar") || target.contains("/fd"));
    Collections.sort(targets);
    return targets;
  }

  /** The sockets that were bound in a folder, or accepted from those: a server's. */
  static List<String> boundIn(Path folder) {
    List<String> open = descriptors();
    if (!Files.isReadable(SOCKETS)) {
      return Collections.emptyList();
    }
    try (Stream<String> all = Files.lines(SOCKETS)) {
      return all.filter(line -> line.contains(folder + "/"))
          .filter(line -> open.contains("socket:[" + inode(line) + "]"))
          .collect(Collectors.toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The seventh field of a line of /proc/net/unix. */
  private static String inode(String line) {
    return line.trim().split(" +", 8)[6];
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return "/fd, gone";
    }
  }

  static long ioThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().startsWith("grpc-uds-io"))
        .count();
  }

  @Override
  public void close() {
    Logger.getLogger("").removeHandler(this);
    Thread.setDefaultUncaughtExceptionHandler(before);
  }
}
