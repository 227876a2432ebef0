package io.github.grpcuds.examples;

import io.github.grpcuds.server.UdsServerBuilder;
import io.grpc.Server;
import java.io.IOException;

/** A server on the socket that systemd passes to it, as the units in examples/systemd/ say. */
public final class SystemdServer {
  private SystemdServer() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    Options.parse("SystemdServer", args);
    Server server =
        UdsServerBuilder.inherited().notifySystemd().addService(new GreeterService()).build();
    GreeterServer.stopOnExit(server);
    server.start();
    System.out.println(
        "process " + GreeterService.pid() + " listens on " + server.getListenSockets());
    server.awaitTermination();
  }
}
