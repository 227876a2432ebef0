package io.github.grpcuds.okhttp;

import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import java.util.concurrent.Executor;

/**
 * Hands the callbacks of a call to the thread that waits for its only answer, which wakes it: at
 * once, or with the others whose answers came in the same bytes ({@link CallerWakeUps}).
 */
final class BlockedCaller implements Executor {
  private final Executor caller;
  private final WritingCall.Interceptor channel;

  private BlockedCaller(Executor caller, WritingCall.Interceptor channel) {
    this.caller = caller;
    this.channel = channel;
  }

  /** For a call; null if no thread waits for it, or for more than one answer. */
  static BlockedCaller of(
      MethodDescriptor<?, ?> method, CallOptions options, WritingCall.Interceptor channel) {
    boolean waits =
        options.getExecutor() != null
            && method.getType().serverSendsOneMessage()
            && BlockingStubs.called(options);
    return waits ? new BlockedCaller(options.getExecutor(), channel) : null;
  }

  @Override
  public void execute(Runnable callbacks) {
    boolean putOff =
        !channel.callsBackInReader() && DeferredRuns.current().offerWakeUp(caller, callbacks);
    if (!putOff) {
      caller.execute(callbacks);
    }
  }
}
