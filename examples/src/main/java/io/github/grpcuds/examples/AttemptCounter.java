package io.github.grpcuds.examples;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the attempts of calls: an interceptor sees a call once, a tracer sees each attempt. */
final class AttemptCounter extends ClientStreamTracer.Factory implements ClientInterceptor {
  private final AtomicInteger attempts = new AtomicInteger();

  @Override
  public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(
      MethodDescriptor<ReqT, RespT> method, CallOptions options, Channel next) {
    return next.newCall(method, options.withStreamTracerFactory(this));
  }

  @Override
  public ClientStreamTracer newClientStreamTracer(
      ClientStreamTracer.StreamInfo info, Metadata headers) {
    attempts.incrementAndGet();
    return new ClientStreamTracer() {};
  }

  int attempts() {
    return attempts.get();
  }
}
