/** Unix domain sockets as java.net sockets. */
module io.github.grpcuds.transport {
  requires java.logging;
  requires jdk.net; // who the peer is, on the jdk backend
  requires static org.jnrproject.jffi;
  requires static org.jnrproject.unixsocket; // the jnr backend, where there is one

  exports io.github.grpcuds.transport;
  exports io.github.grpcuds.transport.internal to
      io.github.grpcuds.okhttp,
      io.github.grpcuds.server;
  exports io.github.grpcuds.transport.internal.backend to
      io.github.grpcuds.okhttp,
      io.github.grpcuds.server;
  exports io.github.grpcuds.transport.internal.channel to
      io.github.grpcuds.okhttp,
      io.github.grpcuds.server;
  exports io.github.grpcuds.transport.internal.socket to
      io.github.grpcuds.okhttp;
  exports io.github.grpcuds.transport.internal.systemd to
      io.github.grpcuds.server;
}
