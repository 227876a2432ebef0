package io.github.grpcuds.examples;

import io.github.grpcuds.server.UdsServerBuilder;
import io.grpc.Server;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** A server on a socket in the temp directory. Ctrl-C or SIGTERM stops it and deletes the file. */
public final class GreeterServer {
  private static final String USAGE = "GreeterServer [--socket PATH] [--fail-first ATTEMPTS]";

  private GreeterServer() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    Options options = Options.parse(USAGE, args);
    Server server =
        UdsServerBuilder.forPath(options.socket())
            .addService(new GreeterService())
            .intercept(new FailFirst(options.getInt("fail-first", 0)))
            .build();
    stopOnExit(server);
    server.start();
    System.out.println("process " + GreeterService.pid() + " listens on " + options.socket());
    server.awaitTermination();
  }

  /** Lets calls under way finish, for a while. */
  static void stopOnExit(Server server) {
    Runnable stop =
        () -> {
          server.shutdown();
          try {
            server.awaitTermination(5, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          server.shutdownNow();
        };
    Runtime.getRuntime().addShutdownHook(new Thread(stop, "stop-server"));
  }
}
