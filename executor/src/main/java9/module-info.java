/** Threads for calls. Internal to grpc-uds. */
module io.github.grpcuds.executor {
  requires java.logging;
  requires static java.management; // which threads wait; small runtimes and Android lack it

  exports io.github.grpcuds.executor.internal to
      io.github.grpcuds.okhttp,
      io.github.grpcuds.server;
}
