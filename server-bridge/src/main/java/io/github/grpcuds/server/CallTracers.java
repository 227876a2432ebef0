package io.github.grpcuds.server;

import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.internal.StatsTraceContext;
import java.util.ArrayList;
import java.util.List;

/**
 * The tracers of a call that begins. Whatever keeps it from beginning, those that were started are
 * told of its end: some count the calls that are open.
 */
final class CallTracers {
  private final List<Started> tracers;

  CallTracers(int number) {
    tracers = new ArrayList<>(number);
  }

  /** Gives gRPC a tracer that there is already. */
  private static final class Started extends ServerStreamTracer.Factory {
    private ServerStreamTracer tracer;

    @Override
    public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
      return tracer;
    }
  }

  void start(ServerStreamTracer.Factory factory, RequestHead head) {
    Started started = new Started(); // before the tracer, that none is lost
    tracers.add(started);
    started.tracer = factory.newServerStreamTracer(head.method, head.metadata);
  }

  void add(ServerStreamTracer tracer) {
    Started started = new Started();
    tracers.add(started);
    started.tracer = tracer;
  }

  StatsTraceContext context(RequestHead head) {
    return StatsTraceContext.newServerContext(tracers, head.method, head.metadata);
  }

  /** The call does not begin. */
  void close(Status why) {
    for (int i = 0; i < tracers.size(); i++) { // an iterator would take memory
      ServerStreamTracer tracer = tracers.get(i).tracer;
      if (tracer != null) {
        tracer.streamClosed(why);
      }
    }
  }
}
