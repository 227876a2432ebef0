package io.github.grpcuds.it;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Locale;
import java.util.stream.Stream;

/** What a server holds at a moment. */
final class ServerStats {
  private static final double MIB = 1 << 20;
  private static final int MAX_THREADS_LEFT = 10;
  private static final int MAX_DESCRIPTORS_LEFT = 5;

  /** Bytes on the heap after a collection, and in direct buffers. */
  final long heap;

  final long direct;
  final int threads;
  final int descriptors;
  final int calls;

  /** Bytes of memory of the process. */
  final long resident;

  private ServerStats(long[] fields) {
    heap = fields[0];
    direct = fields[1];
    threads = (int) fields[2];
    descriptors = (int) fields[3];
    calls = (int) fields[4];
    resident = fields[5];
  }

  static ServerStats parse(String line) {
    return new ServerStats(Stream.of(line.split(" ")).mapToLong(Long::parseLong).toArray());
  }

  /** Those of this process. */
  static ServerStats measure(int calls) throws IOException {
    System.gc();
    long direct = 0;
    for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      direct += pool.getMemoryUsed();
    }
    return new ServerStats(
        new long[] {
          heapAfterCollection(),
          direct,
          ManagementFactory.getThreadMXBean().getThreadCount(),
          descriptors(),
          calls,
          resident()
        });
  }

  /** What the collection left, without what busy threads have allocated since. */
  private static long heapAfterCollection() {
    long used = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      MemoryUsage left = pool.getCollectionUsage();
      if (pool.getType() == MemoryType.HEAP && left != null) {
        used += left.getUsed();
      }
    }
    return used;
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> files = Files.list(Paths.get("/proc/self/fd"))) {
      return files.count() - 1; // one is the folder's
    }
  }

  private static long resident() throws IOException {
    for (String line :
        Files.readAllLines(Paths.get("/proc/self/status"), StandardCharsets.US_ASCII)) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
      }
    }
    throw new IOException("no VmRSS in /proc/self/status");
  }

  String line() {
    return heap + " " + direct + " " + threads + " " + descriptors + " " + calls + " " + resident;
  }

  long memory() {
    return heap + direct;
  }

  /** Whether all is back that was given since. Idle threads of pools may be left, and a call. */
  boolean isLike(ServerStats before, long memoryTolerance) {
    return memory() - before.memory() < memoryTolerance
        && threads - before.threads < MAX_THREADS_LEFT
        && descriptors - before.descriptors < MAX_DESCRIPTORS_LEFT
        && calls - before.calls <= 1;
  }

  static double mib(long bytes) {
    return bytes / MIB;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "heap %.1f MB, direct %.1f MB, RSS %.0f MB, %d threads, %d descriptors, %d calls",
        mib(heap),
        mib(direct),
        mib(resident),
        threads,
        descriptors,
        calls);
  }
}
