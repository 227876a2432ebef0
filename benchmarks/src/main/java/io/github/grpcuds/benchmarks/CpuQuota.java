package io.github.grpcuds.benchmarks;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A control group whose processes get a share of a processor's time. Needs root. */
final class CpuQuota implements Closeable {
  private static final int PERIOD_MICROS = 100_000;
  private static final Path V2 = Paths.get("/sys/fs/cgroup");
  private static final Path V1 = Paths.get("/sys/fs/cgroup/cpu");
  private static final AtomicInteger number = new AtomicInteger();

  private final Path group;

  /** Makes the group, without processes. */
  CpuQuota(int percent) throws IOException {
    boolean unified = Files.exists(V2.resolve("cgroup.controllers"));
    String name = "grpc-uds-compare-" + System.nanoTime() + "-" + number.incrementAndGet();
    int quota = PERIOD_MICROS / 100 * percent;
    try {
      if (unified) {
        write(V2.resolve("cgroup.subtree_control"), "+cpu");
      }
      group = Files.createDirectory((unified ? V2 : V1).resolve(name));
      if (unified) {
        write(group.resolve("cpu.max"), quota + " " + PERIOD_MICROS);
      } else {
        write(group.resolve("cpu.cfs_period_us"), "" + PERIOD_MICROS);
        write(group.resolve("cpu.cfs_quota_us"), "" + quota);
      }
    } catch (IOException e) {
      throw new IOException("skipped: no control group with a processor quota: " + e, e);
    }
  }

  private static void write(Path file, String text) throws IOException {
    Files.write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /** What is to stand before a command that is to run in the group. */
  List<String> prefix() {
    String enter = "echo $$ > " + group.resolve("cgroup.procs") + " && exec \"$@\"";
    return Arrays.asList("sh", "-c", enter, "sh");
  }

  /** Removes the group, after its processes have ended. */
  @Override
  public void close() {
    for (int tries = 0; tries < 100 && group.toFile().exists(); tries++) {
      if (!group.toFile().delete()) {
        LockSupport.parkNanos(10_000_000); // the kernel lets go of the last process soon
      }
    }
  }
}
