package io.github.grpcuds.benchmarks;

import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The jars that a transport needs, out of all that the benchmarks have. */
final class PeerJars {
  /** What grpc-core and grpc-stub bring. */
  private static final List<String> COMMON =
      Arrays.asList(
          "animal-sniffer",
          "annotations-",
          "error_prone",
          "failureaccess",
          "grpc-api",
          "grpc-context",
          "grpc-core",
          "grpc-stub",
          "grpc-util",
          "gson",
          "guava",
          "j2objc",
          "jspecify",
          "jsr305",
          "listenablefuture",
          "perfmark");

  /** What they bring as well, and no transport needs. */
  private static final List<String> NEVER = Arrays.asList("grpc-uds-proto");

  private final File classes;
  private final File[] jars;

  /** From the folder that Maven builds to. */
  PeerJars(File target) {
    this.classes = new File(target, "classes");
    this.jars = new File(target, "lib").listFiles();
    if (jars == null) {
      throw new IllegalStateException("no jars in " + target + "/lib");
    }
    Arrays.sort(jars);
  }

  String classPath(Peer peer) {
    StringBuilder path = new StringBuilder(classes.getPath());
    for (File jar : all(peer)) {
      path.append(File.pathSeparatorChar).append(jar);
    }
    return path.toString();
  }

  private List<File> all(Peer peer) {
    List<File> all = named(COMMON);
    all.addAll(named(peer.jars));
    return all;
  }

  private List<File> named(List<String> prefixes) {
    List<File> found = new ArrayList<>();
    for (File jar : jars) {
      if (startsWith(jar, prefixes) && !startsWith(jar, NEVER)) {
        found.add(jar);
      }
    }
    return found;
  }

  private static boolean startsWith(File jar, List<String> prefixes) {
    return prefixes.stream().anyMatch(jar.getName()::startsWith);
  }

  /** Of all that it needs. */
  double megabytes(Peer peer) {
    return megabytes(all(peer));
  }

  /** Of what it needs beside grpc-core and grpc-stub. */
  double ownMegabytes(Peer peer) {
    return megabytes(named(peer.jars));
  }

  private static double megabytes(List<File> jars) {
    return jars.stream().mapToLong(File::length).sum() / 1e6;
  }

  /** The name of the jar of an artifact, with its version. */
  String version(String artifact) {
    for (File jar : jars) {
      if (jar.getName().matches(artifact + "-[0-9].*\\.jar")) {
        return jar.getName().replaceAll("\\.jar$", "");
      }
    }
    throw new IllegalStateException("no jar of " + artifact);
  }
}
