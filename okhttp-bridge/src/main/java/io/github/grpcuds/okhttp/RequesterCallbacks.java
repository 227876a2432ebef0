package io.github.grpcuds.okhttp;

import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Runs the callbacks of a call that a blocking iterator reads: those that its own request for the
 * next message brings about in its own thread, after the request, and the others where callbacks
 * run. Otherwise each message that is there already is handed to another thread, which hands it
 * back: two wake-ups, where gRPC's iterator just takes the message from a queue.
 *
 * <p>The one who is called back is gRPC's iterator, which expects it. Nobody else's callbacks run
 * in a thread that asks for messages: they may need a lock that it holds.
 */
final class RequesterCallbacks implements Executor {
  private final Executor others;
  private final AtomicReference<Thread> requesting = new AtomicReference<>();
  private Runnable own; // of that thread

  private RequesterCallbacks(Executor others) {
    this.others = others;
  }

  /** For a call; null if its callbacks are to run as always. */
  static RequesterCallbacks of(
      MethodDescriptor<?, ?> method, CallOptions options, Executor callbacks) {
    boolean iterates =
        method.getType() == MethodType.SERVER_STREAMING
            && options.getExecutor() == null
            && BlockingStubs.called(options);
    return iterates ? new RequesterCallbacks(callbacks) : null;
  }

  @Override
  public void execute(Runnable task) {
    if (requesting.get() == Thread.currentThread() && own == null) {
      own = task;
    } else {
      others.execute(task);
    }
  }

  /** The current thread asks for messages; false if it is doing so already, or another one is. */
  boolean begin() {
    return requesting.compareAndSet(null, Thread.currentThread());
  }

  /** After a begin that was true, with no lock held. */
  void end() {
    Runnable task = own;
    own = null;
    requesting.set(null);
    if (task != null) {
      task.run();
    }
  }
}
