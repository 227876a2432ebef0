package io.github.grpcuds.benchmarks;

import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;

/** How servers and channels of a transport are built, with what it has by default. */
interface Wiring {
  /** A server on an endpoint, or, where that is a port, on any free port of the loopback. */
  ServerBuilder<?> server(String endpoint);

  ManagedChannelBuilder<?> channel(String endpoint);

  /** A class of its own for each transport, for each JVM has the jars of just one. */
  static Wiring of(Peer peer) {
    switch (peer) {
      case NETTY_UDS:
        return new NettyUdsWiring();
      case NETTY_TCP:
        return new NettyTcpWiring();
      case OKHTTP_TCP:
        return new OkHttpTcpWiring();
      case UDS_JDK:
      case UDS_FFM:
      case UDS_JNR:
        return new UdsWiring();
      case INPROCESS:
        return new InProcessWiring();
      default:
        throw new IllegalArgumentException("not a transport of gRPC: " + peer);
    }
  }
}
