package io.github.grpcuds.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.List;

/** The kernel's limits that servers and clients meet. */
final class LimitChecks {
  /** The backlog that our servers ask for. */
  private static final int BACKLOG = 1024;

  /** What makes streams of large messages fast. */
  private static final int SEND_BUFFER = 1 << 20;

  private static final int DESCRIPTORS = 4096;

  private final Report report;

  LimitChecks(Report report) {
    this.report = report;
  }

  void run() {
    sysctl(
        "net.core.somaxconn",
        BACKLOG,
        "limits how many clients can wait to be accepted; servers ask for " + BACKLOG);
    sysctl(
        "net.core.wmem_max",
        SEND_BUFFER,
        "limits the send buffer; streams of large messages are faster with " + SEND_BUFFER);
    descriptors();
  }

  private void sysctl(String name, long wanted, String otherwise) {
    Path file = Paths.get("/proc/sys", name.replace('.', '/'));
    try {
      long value = Long.parseLong(Files.readAllLines(file).get(0).trim());
      if (value < wanted) {
        report.warning(name, value + ": " + otherwise);
      } else {
        report.ok(name, value);
      }
    } catch (IOException | RuntimeException e) {
      report.ok(name, "not known here");
    }
  }

  /** The soft limit, as the shell's {@code ulimit -n} has it. */
  private void descriptors() {
    try {
      List<String> lines = Files.readAllLines(Paths.get("/proc/self/limits"));
      for (String line : lines) {
        if (line.startsWith("Max open files")) {
          String soft = line.split(" {2,}", -1)[1];
          boolean few = !soft.equals("unlimited") && Long.parseLong(soft) < DESCRIPTORS;
          report.add(
              "open files",
              few ? Level.WARNING : Level.OK,
              soft + (few ? ": a connection of the jdk backend takes up to three" : ""));
        }
      }
    } catch (IOException | RuntimeException e) {
      report.ok("open files", "not known here");
    }
  }
}
