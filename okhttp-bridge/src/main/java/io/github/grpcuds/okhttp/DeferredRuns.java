package io.github.grpcuds.okhttp;

import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/**
 * The runs of connections' writers that a thread has put off, to do them itself once it holds no
 * lock of grpc-okhttp's: a call's at the end of the method that made output, those of a thread that
 * reads before it reads on. So nothing is handed to another thread, and what comes up meanwhile
 * leaves in one write.
 *
 * <p>A method of a call that is called inside one of another call, by an interceptor or a listener
 * say, may wait for an answer: there nothing is put off, and what was is left to the pool.
 *
 * <p>One per thread, used by it alone. Who puts something off keeps hold of it until that is done:
 * the thread does not, or a thread that outlives an application would keep all its classes.
 */
final class DeferredRuns {
  private static final ThreadLocal<WeakReference<DeferredRuns>> CURRENT = new ThreadLocal<>();

  /** Tasks of a writer before a thread that runs it for others leaves the rest to the pool. */
  private static final int MAX_TASKS = 16;

  /**
   * Of a task that counts as one more: a large message is written by the pool while the caller
   * makes the next one.
   */
  private static final int TASK_BYTES = 8192;

  private final ArrayDeque<ConnectionWriter> ofCalls = new ArrayDeque<>();
  private final CallerWakeUps wakeUps = new CallerWakeUps();
  private int depth; // of methods of calls
  private ConnectionWriter reading; // of the connection that this thread reads; null while it waits
  private boolean ofReader; // the writer of that is put off
  private Runnable task; // of the transport executor
  private ConnectionWriter running; // whose writer was put off
  private int tasks; // of it

  static DeferredRuns current() {
    WeakReference<DeferredRuns> known = CURRENT.get();
    DeferredRuns runs = known == null ? null : known.get();
    return runs == null ? create() : runs;
  }

  private static DeferredRuns create() {
    DeferredRuns runs = new DeferredRuns();
    CURRENT.set(new WeakReference<>(runs));
    return runs;
  }

  void enterCall() {
    if (depth++ > 0) {
      leaveToPool();
    }
  }

  void leaveCall() {
    depth--;
    if (depth == 0 && !ofCalls.isEmpty()) {
      try {
        while (!ofCalls.isEmpty()) {
          run(ofCalls.poll());
        }
      } finally {
        leaveToPool(); // after an Error
      }
    }
  }

  /** Leaves to the pool what a call has put off, unless that has no thread for it. */
  void offerToPool() {
    try {
      leaveToPool();
    } catch (RuntimeException | OutOfMemoryError e) {
      // What is left runs at the end of the method.
    }
  }

  private void leaveToPool() {
    while (!ofCalls.isEmpty()) {
      ofCalls.peek().runInPool();
      ofCalls.poll();
    }
  }

  /** This thread has read, and handles what it got. */
  void beginBatch(ConnectionWriter writer) {
    reading = writer;
  }

  /**
   * This thread is about to read, or done with it.
   *
   * @return true if there was something to write
   */
  boolean endBatch() {
    ConnectionWriter read = reading;
    boolean writes = ofReader;
    reading = null;
    ofReader = false;
    try {
      wakeUps.endBatch();
    } finally {
      if (writes) {
        run(read);
      }
    }
    return writes;
  }

  /** False if this thread cannot put off the wake-up of a thread that waits for an answer. */
  boolean offerWakeUp(Executor caller, Runnable callbacks) {
    return reading != null && wakeUps.offer(caller, callbacks);
  }

  /** False if this thread cannot put the writer off. */
  boolean offer(ConnectionWriter writer) {
    if (reading == writer) {
      ofReader = true;
      return true;
    }
    if (ofReader) { // a listener makes another connection's call, and may wait for its answer
      ofReader = false;
      reading.runInPool();
    }
    return depth == 1 && ofCalls.add(writer);
  }

  private void run(ConnectionWriter writer) {
    ConnectionWriter outer = running;
    int tasksOfOuter = tasks;
    running = writer;
    tasks = 0;
    boolean ended = false;
    try {
      writer.run();
      ended = true;
    } finally {
      running = outer;
      tasks = tasksOfOuter;
      if (!ended) {
        writer.abort(); // bytes are lost that the writer had in hand
      }
    }
  }

  /** Runs a task of the transport executor in a thread of the pool. */
  void runTask(Runnable pooled) {
    Runnable outer = task;
    task = pooled;
    try {
      pooled.run();
    } finally {
      task = outer;
      endBatch();
    }
  }

  /** What the transport executor runs in this thread of the pool; null if nothing. */
  Runnable task() {
    return task;
  }

  /** Whose writer this thread runs in its own interest, and must not be kept up by. */
  ConnectionWriter running() {
    return running;
  }

  /** Counts a task of the writer, which writes so many bytes; true if it has had its turn. */
  boolean ranEnough(long bytes) {
    tasks += 1 + (int) (bytes / TASK_BYTES);
    return tasks >= MAX_TASKS;
  }
}
