package io.github.grpcuds.okhttp;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;

/** A call whose methods write what they make before they return, as far as the socket takes it. */
final class WritingCall<ReqT, RespT> extends SimpleForwardingClientCall<ReqT, RespT> {
  private WritingCall(ClientCall<ReqT, RespT> delegate) {
    super(delegate);
  }

  /** To be a channel's innermost: another one may wait in a method for what that has written. */
  static ClientInterceptor interceptor() {
    return new ClientInterceptor() {
      @Override
      public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(
          MethodDescriptor<ReqT, RespT> method, CallOptions options, Channel next) {
        return new WritingCall<>(next.newCall(method, options));
      }
    };
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
