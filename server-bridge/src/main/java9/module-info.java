/** gRPC servers on Unix domain sockets. */
module io.github.grpcuds.server {
  requires com.google.common;
  requires io.github.grpcuds.executor;
  requires io.github.grpcuds.http2;
  requires transitive io.github.grpcuds.transport;
  requires transitive io.grpc;
  requires io.grpc.internal;
  requires java.logging;

  exports io.github.grpcuds.server;
}
