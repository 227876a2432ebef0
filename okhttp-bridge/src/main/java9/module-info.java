/** gRPC channels on Unix domain sockets. */
module io.github.grpcuds.okhttp {
  requires com.google.common;
  requires transitive io.github.grpcuds.transport;
  requires io.github.grpcuds.executor;
  requires transitive io.grpc;
  requires io.grpc.internal;
  requires io.grpc.okhttp;
  requires java.logging;
  requires okio;

  exports io.github.grpcuds.okhttp;

  provides io.grpc.ManagedChannelProvider with
      io.github.grpcuds.okhttp.UdsChannelProvider;
  provides io.grpc.NameResolverProvider with
      io.github.grpcuds.okhttp.UdsAbstractNameResolverProvider,
      io.github.grpcuds.okhttp.UdsNameResolverProvider;
}
