package io.github.grpcuds.benchmarks;

import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** grpc-netty on TCP loopback, which takes native epoll by itself. */
final class NettyTcpWiring implements Wiring {
  @Override
  public ServerBuilder<?> server(String endpoint) {
    return NettyServerBuilder.forAddress(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @Override
  public ManagedChannelBuilder<?> channel(String endpoint) {
    return NettyChannelBuilder.forAddress("127.0.0.1", Integer.parseInt(endpoint)).usePlaintext();
  }
}
