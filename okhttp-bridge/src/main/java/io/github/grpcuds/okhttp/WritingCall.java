package io.github.grpcuds.okhttp;

import io.github.grpcuds.executor.internal.Burst;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.util.concurrent.Executor;

/**
 * A call whose methods write what they make before they return, as far as the socket takes it, but
 * for the messages of a {@link Burst}, which the pool writes.
 */
final class WritingCall<ReqT, RespT> extends SimpleForwardingClientCall<ReqT, RespT> {
  private final Burst burst = new Burst(); // of messages

  private final RequesterCallbacks callbacks; // null: they run as always

  private WritingCall(ClientCall<ReqT, RespT> delegate, RequesterCallbacks callbacks) {
    super(delegate);
    this.callbacks = callbacks;
  }

  /**
   * Makes each call such a one, once it is enabled. To be a channel's innermost: another one may
   * wait in a method for what that has written.
   */
  static final class Interceptor implements ClientInterceptor {
    private volatile boolean enabled;
    private volatile Executor callbacks; // null: the user's
    private volatile boolean callsBackInReader;

    void enable() {
      enabled = true;
    }

    /** Sets what runs callbacks by default; null if that is not ours. */
    void setCallbacks(Executor callbacks) {
      this.callbacks = callbacks;
    }

    @Override
    public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(
        MethodDescriptor<ReqT, RespT> method, CallOptions options, Channel next) {
      if (!enabled) {
        return next.newCall(method, options);
      }
      Executor ours = callbacks;
      if (ours == null) {
        return new WritingCall<>(next.newCall(method, options), null);
      }
      RequesterCallbacks requester = RequesterCallbacks.of(method, options, ours);
      Executor set = requester == null ? blockedCaller(method, options) : requester;
      CallOptions own = set == null ? options : options.withExecutor(set);
      return new WritingCall<>(next.newCall(method, own), requester);
    }

    /** Null if its callbacks are to run as always. */
    private Executor blockedCaller(MethodDescriptor<?, ?> method, CallOptions options) {
      if (options.getExecutor() != null && !BlockingStubs.called(options)) {
        callsBackInReader = true; // for all that is known: it may be a direct one
      }
      return BlockedCaller.of(method, options, this);
    }

    /**
     * True if the thread that reads may run a user's callbacks. One may wait for another thread,
     * which may wait for an answer that came in the same bytes.
     */
    boolean callsBackInReader() {
      return callsBackInReader;
    }
  }

  @Override
  public void start(Listener<RespT> listener, Metadata headers) {
    DeferredRuns runs = DeferredRuns.current();
    runs.enterCall();
    try {
      super.start(listener, headers);
    } finally {
      runs.leaveCall();
    }
  }

  @Override
  public void request(int messages) {
    if (callbacks == null || !callbacks.begin()) {
      requestAndWrite(messages);
      return;
    }
    try {
      requestAndWrite(messages);
    } finally {
      callbacks.end();
    }
  }

  private void requestAndWrite(int messages) {
    DeferredRuns runs = DeferredRuns.current();
    runs.enterCall();
    try {
      super.request(messages);
    } finally {
      runs.leaveCall();
    }
  }

  @Override
  public void sendMessage(ReqT message) {
    DeferredRuns runs = DeferredRuns.current();
    runs.enterCall();
    try {
      super.sendMessage(message);
      if (burst.next()) {
        runs.offerToPool();
      }
    } finally {
      runs.leaveCall();
    }
  }

  @Override
  public void halfClose() {
    DeferredRuns runs = DeferredRuns.current();
    runs.enterCall();
    try {
      super.halfClose();
    } finally {
      runs.leaveCall();
    }
  }

  @Override
  public void cancel(String message, Throwable cause) {
    DeferredRuns runs = DeferredRuns.current();
    runs.enterCall();
    try {
      super.cancel(message, cause);
    } finally {
      runs.leaveCall();
    }
  }
}
