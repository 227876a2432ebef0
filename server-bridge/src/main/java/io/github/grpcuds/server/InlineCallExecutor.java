package io.github.grpcuds.server;

import io.github.grpcuds.executor.internal.CallExecutor;
import java.util.concurrent.Executor;

/**
 * Runs calls in the I/O thread that they come from where that is quicker, else in other threads.
 */
final class InlineCallExecutor implements Executor {
  private final CallExecutor threads;

  InlineCallExecutor(CallExecutor threads) {
    this.threads = threads;
  }

  @Override
  public void execute(Runnable task) {
    LoopThread thread = LoopThread.current();
    if (thread == null
        || thread.isInTask()
        || threads.blocks(task)
        || !thread.loop().offer(task, threads)) {
      HandlerTask.execute(task, threads);
    }
  }
}
