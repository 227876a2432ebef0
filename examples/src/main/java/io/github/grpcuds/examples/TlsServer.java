package io.github.grpcuds.examples;

import io.github.grpcuds.server.UdsServerBuilder;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import java.io.File;
import java.io.IOException;

/** A server that speaks TLS on its socket; examples/make-certificates makes what it needs. */
public final class TlsServer {
  private static final String USAGE = "TlsServer [--socket PATH] --certificate PEM --key PEM";

  private TlsServer() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    Options options = Options.parse(USAGE, args);
    ServerCredentials credentials =
        TlsServerCredentials.create(
            new File(options.get("certificate")), new File(options.get("key")));
    Server server =
        UdsServerBuilder.forPath(options.socket(), credentials)
            .addService(new GreeterService())
            .build();
    GreeterServer.stopOnExit(server);
    server.start();
    System.out.println("process " + GreeterService.pid() + " listens on " + options.socket());
    server.awaitTermination();
  }
}
