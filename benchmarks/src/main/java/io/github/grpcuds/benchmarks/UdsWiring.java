package io.github.grpcuds.benchmarks;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.server.UdsServerBuilder;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;

/** This library; the property grpcuds.backend tells on which sockets. */
final class UdsWiring implements Wiring {
  @Override
  public ServerBuilder<?> server(String endpoint) {
    return UdsServerBuilder.forPath(endpoint);
  }

  @Override
  public ManagedChannelBuilder<?> channel(String endpoint) {
    return UdsChannelBuilder.forPath(endpoint);
  }
}
