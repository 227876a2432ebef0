package io.github.grpcuds.benchmarks;

import io.grpc.Server;
import io.grpc.ServerBuilder;
import java.io.IOException;

/** Starts the servers of a transport. */
final class GrpcServers {
  static final int MAX_MESSAGE_BYTES = 16 << 20;

  private GrpcServers() {}

  static Endpoints start(Wiring wiring, String folder) throws IOException {
    return new Endpoints(
        start(wiring, folder + "/pooled.sock", false),
        start(wiring, folder + "/direct.sock", true));
  }

  private static String start(Wiring wiring, String endpoint, boolean direct) throws IOException {
    ServerBuilder<?> builder =
        wiring
            .server(endpoint)
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .addService(BenchService.definition());
    if (direct) {
      builder.directExecutor();
    }
    Server server = builder.build().start();
    return server.getPort() > 0 ? Integer.toString(server.getPort()) : endpoint;
  }
}
