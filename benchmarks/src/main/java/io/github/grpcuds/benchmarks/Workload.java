package io.github.grpcuds.benchmarks;

/** What a client does for a row. */
interface Workload {
  /** Works until a time of {@link System#nanoTime}, and to the end of what is under way then. */
  void run(long end, Recorder recorder) throws Exception;
}
