package io.github.grpcuds.executor.internal;

import java.util.concurrent.TimeUnit;

/**
 * What the tasks of one kind have been like: whether they block, so that each had better have a
 * thread of its own.
 *
 * <p>Every run is timed. Where they take long, one in {@link #SAMPLE} is asked how much of that it
 * waited: neither had a processor nor wanted one. Tasks that compute never block in this sense, nor
 * do those that get no processor on a busy machine; more threads would make both slower.
 *
 * <p>Fields are written by any thread without a lock: a lost update is one sample less.
 *
 * <p>Internal to grpc-uds: may change in any version.
 */
public final class TaskProfile {
  /** Several times what it costs to start or to wake a thread. */
  static final long BLOCKS_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

  /** Below that a kind that blocked does not any more. */
  static final long SHORT_NANOS = BLOCKS_NANOS / 2;

  /** One run in as many is asked: a prime, for calls may come in a rhythm. */
  static final int SAMPLE = 17;

  /** What a run counts for at most, so that the next short ones can make up for it. */
  static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /**
   * A sample that waited adds to the evidence, others take 1 from it: a kind of which one run in
   * five waits or more becomes one that blocks.
   */
  static final int WAITED = 4;

  /**
   * So much evidence is needed, of six samples in a row: one long wait proves nothing, nor do
   * several at the start of a JVM, where tasks wait for classes to be loaded and for pauses of the
   * whole process.
   */
  static final int PROOF = 6 * WAITED;

  /** More evidence is not kept, so that the kind may change. */
  static final int MOST_EVIDENCE = 8 * WAITED;

  private volatile long runNanos; // about the last 16 runs' mean
  private volatile int evidence; // that runs wait, of the samples
  private volatile boolean blocks;
  private volatile int toSample; // runs before the next sample

  /** Whether a task of this kind should have a thread of its own. */
  boolean blocks() {
    return blocks;
  }

  /** Whether the run that begins is to be asked how long it waits. */
  boolean isDue() {
    if (runNanos < BLOCKS_NANOS) {
      return false;
    }
    int left = toSample;
    toSample = left > 0 ? left - 1 : SAMPLE - 1;
    return left == 0;
  }

  /** Notes how long a run took. */
  void ran(long nanos) {
    long mean = runNanos;
    long next = mean + (Math.min(nanos, MOST_NANOS) - mean) / (nanos > mean ? 4 : 16);
    if (next != mean) {
      runNanos = next;
    }
    if (blocks && next < SHORT_NANOS) {
      blocks = false;
      evidence = 0;
    }
  }

  /** Notes for how long a run waited. */
  void waited(long nanos) {
    int before = evidence;
    int next =
        nanos > BLOCKS_NANOS ? Math.min(before + WAITED, MOST_EVIDENCE) : Math.max(before - 1, 0);
    evidence = next;
    if (next >= PROOF) {
      blocks = true;
    } else if (next == 0) {
      blocks = false;
    }
    if (next > 0 && next < MOST_EVIDENCE) {
      toSample = 0; // in doubt: the next run tells more
    }
  }

  /** A run has been seen to block. */
  void seenBlocked() {
    runNanos = MOST_NANOS;
    evidence = Math.max(evidence, PROOF);
    blocks = true;
  }
}
