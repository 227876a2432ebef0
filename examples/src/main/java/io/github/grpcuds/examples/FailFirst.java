package io.github.grpcuds.examples;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

/** Answers the first attempts of every call with UNAVAILABLE, for clients that try again. */
final class FailFirst implements ServerInterceptor {
  /** What gRPC adds to the second and later attempts of a call. */
  private static final Metadata.Key<String> PREVIOUS_ATTEMPTS =
      Metadata.Key.of("grpc-previous-rpc-attempts", Metadata.ASCII_STRING_MARSHALLER);

  private final int failures;

  FailFirst(int failures) {
    this.failures = failures;
  }

  @Override
  public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
      ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
    String previous = headers.get(PREVIOUS_ATTEMPTS);
    int attempt = previous == null ? 1 : 1 + Integer.parseInt(previous);
    if (attempt > failures) {
      return next.startCall(call, headers);
    }
    String method = call.getMethodDescriptor().getFullMethodName();
    System.out.println(method + ", attempt " + attempt + ": UNAVAILABLE");
    Status status = Status.UNAVAILABLE.withDescription("attempt " + attempt + " fails on purpose");
    call.close(status, new Metadata());
    return new ServerCall.Listener<ReqT>() {};
  }
}
