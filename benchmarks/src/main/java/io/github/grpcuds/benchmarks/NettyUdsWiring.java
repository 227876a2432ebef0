package io.github.grpcuds.benchmarks;

import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;

/** grpc-netty on domain sockets with native epoll. */
final class NettyUdsWiring implements Wiring {
  private final EventLoopGroup loops = new EpollEventLoopGroup();

  @Override
  public ServerBuilder<?> server(String endpoint) {
    return NettyServerBuilder.forAddress(new DomainSocketAddress(endpoint))
        .channelType(EpollServerDomainSocketChannel.class)
        .bossEventLoopGroup(new EpollEventLoopGroup(1))
        .workerEventLoopGroup(loops);
  }

  @Override
  public ManagedChannelBuilder<?> channel(String endpoint) {
    return NettyChannelBuilder.forAddress(new DomainSocketAddress(endpoint))
        .channelType(EpollDomainSocketChannel.class, DomainSocketAddress.class)
        .eventLoopGroup(loops)
        .usePlaintext();
  }
}
