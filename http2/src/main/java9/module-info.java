/** The server side of HTTP/2. Internal to grpc-uds. */
module io.github.grpcuds.http2 {
  exports io.github.grpcuds.http2.internal to
      io.github.grpcuds.server;
}
