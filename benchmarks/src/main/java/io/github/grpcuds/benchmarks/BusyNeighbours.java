package io.github.grpcuds.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Processes that do nothing but keep processors busy. */
final class BusyNeighbours {
  private final List<Process> processes = new ArrayList<>();

  BusyNeighbours(int number) throws IOException {
    for (int i = 0; i < number; i++) {
      processes.add(new ProcessBuilder("sh", "-c", "while :; do :; done").start());
    }
  }

  void close() {
    processes.forEach(Process::destroyForcibly);
  }
}
