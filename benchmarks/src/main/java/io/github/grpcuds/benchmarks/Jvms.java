package io.github.grpcuds.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Starts the JVMs of the peers, all with the same flags. */
final class Jvms {
  /** Old JVMs pass over what they do not know. */
  private static final List<String> COMMON_FLAGS =
      Arrays.asList(
          "-XX:+UseG1GC",
          "-XX:+IgnoreUnrecognizedVMOptions",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  static final List<String> FLAGS = Arrays.asList("-Xms512m", "-Xmx512m");
  static final List<String> SMALL = Arrays.asList("-Xmx256m");

  /** Netty warns of each domain socket that it has no SO_KEEPALIVE, which takes time. */
  private static final List<String> LOGGING =
      Arrays.asList(
          "handlers=java.util.logging.ConsoleHandler",
          ".level=WARNING",
          "io.netty.bootstrap.level=SEVERE");

  private final CompareOptions options;
  private final PeerJars jars;
  private final File logs;
  private final File logging;

  Jvms(CompareOptions options, PeerJars jars, File logs) throws IOException {
    this.options = options;
    this.jars = jars;
    this.logs = logs;
    this.logging = new File(logs, "logging.properties");
    Files.write(logging.toPath(), LOGGING);
  }

  ChildProcess start(Peer peer, List<String> flags, Class<?> main, String... args)
      throws IOException {
    return start(Collections.emptyList(), peer, flags, main, args);
  }

  /**
   * Starts one with other words before its command.
   *
   * @param prefix starts the command that follows it
   */
  ChildProcess start(
      List<String> prefix, Peer peer, List<String> flags, Class<?> main, String... args)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(options.jdk(peer) + "/bin/java");
    command.addAll(flags);
    command.addAll(COMMON_FLAGS);
    command.add("-Djava.util.logging.config.file=" + logging);
    if (peer.backend() != null) {
      command.add("-Dgrpcuds.backend=" + peer.backend());
      if (options.busyPollMicros != null) {
        command.add("-Dgrpcuds.busyPollMicros=" + options.busyPollMicros);
      }
    }
    command.addAll(Arrays.asList("-cp", jars.classPath(peer), main.getName(), peer.id));
    command.addAll(Arrays.asList(args));
    return new ChildProcess(command, new File(logs, peer + "-" + main.getSimpleName() + ".log"));
  }

  static String flags() {
    return String.join(" ", FLAGS) + " " + String.join(" ", COMMON_FLAGS);
  }
}
