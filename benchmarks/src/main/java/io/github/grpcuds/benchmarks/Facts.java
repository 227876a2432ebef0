package io.github.grpcuds.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where, when and with what a run was made. */
final class Facts {
  private Facts() {}

  static Map<String, Object> of(CompareOptions options, PeerJars jars) throws IOException {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS));
    facts.put("revision", System.getProperty("revision", "unknown"));
    facts.putAll(ProcessFacts.jvm());
    facts.put("java", javaVersion(options.jdk));
    facts.put("java of uds-jnr", javaVersion(options.jdk(Peer.UDS_JNR)));
    facts.put("cpu", cpu());
    facts.put("flags", Jvms.flags());
    facts.put("grpc", jars.version("grpc-core"));
    facts.put("netty", jars.version("netty-transport"));
    facts.put("rounds", options.rounds);
    facts.put("seconds", options.seconds);
    return facts;
  }

  /** From the file that every JDK has in its home. */
  static String javaVersion(String jdk) throws IOException {
    Path release = Paths.get(jdk, "release");
    if (!Files.exists(release)) {
      return jdk;
    }
    for (String line : Files.readAllLines(release, StandardCharsets.UTF_8)) {
      if (line.startsWith("JAVA_VERSION=")) {
        return line.substring("JAVA_VERSION=".length()).replace("\"", "");
      }
    }
    return jdk;
  }

  private static String cpu() throws IOException {
    for (String line : Files.readAllLines(Paths.get("/proc/cpuinfo"), StandardCharsets.UTF_8)) {
      if (line.startsWith("model name")) {
        return line.substring(line.indexOf(':') + 1).trim();
      }
    }
    return "unknown";
  }
}
