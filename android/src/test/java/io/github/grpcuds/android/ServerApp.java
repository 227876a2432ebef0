package io.github.grpcuds.android;

import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.transport.PeerPolicy;
import io.grpc.Server;
import java.io.IOException;

/** What an app with a server does, to be shrunk. */
public final class ServerApp {
  private ServerApp() {}

  /** Serves at the path that is the first argument until the standard input ends. */
  public static void main(String[] args) throws IOException {
    Server server =
        UdsServerBuilder.forPath(args[0])
            .peerPolicy(PeerPolicy.sameUser())
            .addService(Echo.service())
            .build()
            .start();
    System.out.println("serving");
    while (System.in.read() >= 0) {}
    server.shutdownNow();
  }
}
