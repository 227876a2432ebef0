package io.github.grpcuds.okhttp;

import io.github.grpcuds.executor.internal.CallExecutor;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads of all channels that were given none. Their context class loader is not that of
 * whoever has them started, which may be an application that leaves its container before them.
 */
final class SharedThreads {
  private static final ClassLoader LOADER = SharedThreads.class.getClassLoader();
  private static final Executor TRANSPORTS = Executors.newCachedThreadPool(new Daemons());
  private static final Executor CALLBACKS = new CallExecutor("grpc-uds-callback", LOADER);

  private SharedThreads() {}

  /** Of transports: two for each connection at most, three while its server does not read. */
  static Executor ofTransports() {
    return TRANSPORTS;
  }

  /** Of callbacks, as many as there are processors, and more in place of those that block. */
  static Executor ofCallbacks() {
    return CALLBACKS;
  }

  private static final class Daemons implements ThreadFactory {
    private final AtomicInteger count = new AtomicInteger();

    @Override
    public Thread newThread(Runnable task) {
      Thread thread = new Thread(task, "grpc-uds-channel-" + count.getAndIncrement());
      thread.setDaemon(true);
      thread.setContextClassLoader(LOADER);
      return thread;
    }
  }
}
