package io.github.grpcuds.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a process knows of itself. */
final class ProcessFacts {
  private ProcessFacts() {}

  static long cpuNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }

  /** Memory and threads, after a collection. */
  static Map<String, Object> memory() throws IOException {
    System.gc();
    Map<String, Object> facts = new LinkedHashMap<>();
    for (String line : Files.readAllLines(Paths.get("/proc/self/status"), StandardCharsets.UTF_8)) {
      if (line.startsWith("VmRSS:")) {
        facts.put(Metric.RSS.id, number(line) / 1024.0);
      } else if (line.startsWith("Threads:")) {
        facts.put(Metric.THREADS.id, (double) number(line));
      }
    }
    return facts;
  }

  private static long number(String line) {
    return Long.parseLong(line.replaceAll("[^0-9]", ""));
  }

  static Map<String, Object> jvm() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put(
        "java", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
    facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put("cpus", Runtime.getRuntime().availableProcessors());
    return facts;
  }
}
