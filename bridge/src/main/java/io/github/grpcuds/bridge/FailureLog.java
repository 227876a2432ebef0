package io.github.grpcuds.bridge;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Logs calls that the backend could not be reached for (UNAVAILABLE): the first one at once, then
 * one line in ten seconds with the number of the others.
 */
final class FailureLog implements ClientInterceptor {
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final String target;
  private final LongSupplier nanoTime;
  private final Consumer<String> lines;
  private final AtomicLong nextLine;
  private final AtomicLong untold = new AtomicLong();

  FailureLog(String target) {
    this(target, System::nanoTime, Log::line);
  }

  FailureLog(String target, LongSupplier nanoTime, Consumer<String> lines) {
    this.target = target;
    this.nanoTime = nanoTime;
    this.lines = lines;
    this.nextLine = new AtomicLong(nanoTime.getAsLong());
  }

  void failed(Status status) {
    long now = nanoTime.getAsLong();
    long due = nextLine.get();
    if (now - due < 0 || !nextLine.compareAndSet(due, now + PAUSE_NANOS)) {
      untold.incrementAndGet();
      return;
    }
    long others = untold.getAndSet(0);
    lines.accept(
        "a call to "
            + target
            + " failed: "
            + status.getDescription()
            + (status.getCause() == null ? "" : ": " + status.getCause())
            + (others == 0 ? "" : " (and " + others + " before it)"));
  }

  @Override
  public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(
      MethodDescriptor<ReqT, RespT> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<ReqT, RespT>(next.newCall(method, options)) {
      @Override
      public void start(Listener<RespT> listener, Metadata headers) {
        super.start(new Watching<>(listener), headers);
      }
    };
  }

  private final class Watching<RespT> extends SimpleForwardingClientCallListener<RespT> {
    Watching(ClientCall.Listener<RespT> listener) {
      super(listener);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (status.getCode() == Status.Code.UNAVAILABLE) {
        failed(status);
      }
      super.onClose(status, trailers);
    }
  }
}
