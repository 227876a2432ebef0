package io.github.grpcuds.server;

import java.util.concurrent.Executor;

/**
 * What runs the calls, as gRPC sees it. It tells each call when its handlers have returned: until
 * then it counts as one of its connection's.
 *
 * <p>gRPC does not say whose a task is. It hands tasks over while it is told of a call, or runs a
 * task of one, and so in a thread of which {@link Trampoline} knows the call.
 */
final class CallDispatcher implements Executor {
  private final Executor executor;

  CallDispatcher(Executor executor) {
    this.executor = executor;
  }

  @Override
  public void execute(Runnable body) {
    Exchange exchange = Trampoline.current().exchange();
    if (exchange == null) {
      executor.execute(body);
      return;
    }
    HandlerTask task = new HandlerTask(exchange, body);
    boolean done = false;
    try {
      executor.execute(task);
      done = true;
    } finally {
      if (!done) {
        task.refused();
      }
    }
  }
}
