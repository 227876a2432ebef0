package io.github.grpcuds.okhttp;

import io.github.grpcuds.executor.internal.PrintableText;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/**
 * Has a call's status say what it means where grpc-okhttp shows a number of HTTP's, and shows what
 * a server says without the characters that control a terminal.
 */
final class ExplainedStatus implements ClientInterceptor {
  private static final String TOO_LARGE = "HTTP status code 431";

  @Override
  public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(
      MethodDescriptor<ReqT, RespT> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<ReqT, RespT>(next.newCall(method, options)) {
      @Override
      public void start(Listener<RespT> listener, Metadata headers) {
        super.start(new Explaining<>(listener), headers);
      }
    };
  }

  private static final class Explaining<RespT> extends SimpleForwardingClientCallListener<RespT> {
    Explaining(ClientCall.Listener<RespT> listener) {
      super(listener);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      super.onClose(explain(status), trailers);
    }
  }

  static Status explain(Status status) {
    String description = status.getDescription();
    if (description == null) {
      return status;
    }
    String text = PrintableText.escape(description);
    if (text.startsWith(TOO_LARGE)) {
      text =
          "the call's metadata is larger than the server takes: send less, or raise the limit of"
              + " the server (maxInboundMetadataSize); "
              + text;
    }
    return text.equals(description) ? status : status.withDescription(text);
  }
}
