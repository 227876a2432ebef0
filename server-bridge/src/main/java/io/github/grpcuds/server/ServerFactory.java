package io.github.grpcuds.server;

import io.github.grpcuds.executor.internal.CallExecutor;
import io.github.grpcuds.transport.UdsAddress;
import io.grpc.MetricRecorder;
import io.grpc.ServerBuilder;
import io.grpc.ServerStreamTracer;
import io.grpc.internal.InternalServer;
import io.grpc.internal.ServerImplBuilder;
import java.util.List;

/**
 * Makes what gRPC's server core runs on. What of gRPC's internals a builder touches is here: the
 * JVM loads it after {@link GrpcVersion#check}.
 */
final class ServerFactory implements ServerImplBuilder.ClientTransportServersBuilder {
  private final UdsAddress address;
  private final ServerConfig config;
  private final Source<TlsConfig> tls;
  private final Source<CallExecutor> callExecutor;
  private final ServerImplBuilder builder = new ServerImplBuilder(this);

  ServerFactory(
      UdsAddress address,
      ServerConfig config,
      Source<TlsConfig> tls,
      Source<CallExecutor> callExecutor) {
    this.address = address;
    this.config = config;
    this.tls = tls;
    this.callExecutor = callExecutor;
  }

  ServerBuilder<?> builder() {
    return builder;
  }

  @Override
  public InternalServer buildClientTransportServers(
      List<? extends ServerStreamTracer.Factory> tracers, MetricRecorder metrics) {
    return buildClientTransportServers(tracers);
  }

  /** Overrides what grpc-core before 1.81 calls. */
  public InternalServer buildClientTransportServers(
      List<? extends ServerStreamTracer.Factory> tracers) {
    return new GrpcServer(
        address, tls.get(), config.copy(), tracers, builder.getChannelz(), callExecutor.get());
  }
}
