package io.github.grpcuds.benchmarks;

import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;

/** No socket at all, both ends in one JVM. */
final class InProcessWiring implements Wiring {
  @Override
  public ServerBuilder<?> server(String endpoint) {
    return InProcessServerBuilder.forName(endpoint);
  }

  @Override
  public ManagedChannelBuilder<?> channel(String endpoint) {
    return InProcessChannelBuilder.forName(endpoint);
  }
}
