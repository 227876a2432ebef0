package io.github.grpcuds.benchmarks;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.server.UdsServerBuilder;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.okhttp.OkHttpChannelBuilder;
import io.grpc.okhttp.OkHttpServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * What carries the calls: a server and a channel to it, and all that has to be closed with them.
 */
final class Transport {
  private final Path folder;
  private final EventLoopGroup eventLoops;
  private final Server server;
  private final ManagedChannel channel;

  private Transport(Path folder, EventLoopGroup eventLoops, Server server, ManagedChannel channel) {
    this.folder = folder;
    this.eventLoops = eventLoops;
    this.server = server;
    this.channel = channel;
  }

  static Transport open(TransportKind kind, BindableService service, boolean directExecutors)
      throws IOException {
    Path folder = Files.createTempDirectory("uds");
    String path = folder.resolve("s").toString();
    switch (kind) {
      case UDS_JDK:
        return uds("jdk", folder, path, service, directExecutors);
      case UDS_FFM:
        return uds("ffm", folder, path, service, directExecutors);
      case UDS_JNR:
        return uds("jnr", folder, path, service, directExecutors);
      case NETTY_EPOLL_UDS:
        return netty(folder, path, service, directExecutors);
      case OKHTTP_TCP:
        return tcp(folder, service, directExecutors);
      default:
        throw new AssertionError(kind);
    }
  }

  private static Transport uds(
      String backend, Path folder, String path, BindableService service, boolean direct)
      throws IOException {
    System.setProperty("grpcuds.backend", backend);
    Server server = start(UdsServerBuilder.forPath(path), service, direct);
    return new Transport(folder, null, server, open(UdsChannelBuilder.forPath(path), direct));
  }

  private static Transport netty(Path folder, String path, BindableService service, boolean direct)
      throws IOException {
    EventLoopGroup loops = new EpollEventLoopGroup(2);
    DomainSocketAddress address = new DomainSocketAddress(path);
    Server server =
        start(
            NettyServerBuilder.forAddress(address)
                .channelType(EpollServerDomainSocketChannel.class)
                .bossEventLoopGroup(loops)
                .workerEventLoopGroup(loops),
            service,
            direct);
    ManagedChannel channel =
        open(
            NettyChannelBuilder.forAddress(address)
                .channelType(EpollDomainSocketChannel.class, DomainSocketAddress.class)
                .eventLoopGroup(loops)
                .usePlaintext(),
            direct);
    return new Transport(folder, loops, server, channel);
  }

  private static Transport tcp(Path folder, BindableService service, boolean direct)
      throws IOException {
    Server server =
        start(
            OkHttpServerBuilder.forPort(0, io.grpc.InsecureServerCredentials.create()),
            service,
            direct);
    ManagedChannel channel =
        open(OkHttpChannelBuilder.forAddress("localhost", server.getPort()).usePlaintext(), direct);
    return new Transport(folder, null, server, channel);
  }

  private static Server start(ServerBuilder<?> builder, BindableService service, boolean direct)
      throws IOException {
    if (direct) {
      builder.directExecutor();
    }
    return builder.addService(service).build().start();
  }

  private static ManagedChannel open(ManagedChannelBuilder<?> builder, boolean direct) {
    if (direct) {
      builder.directExecutor();
    }
    return builder.build();
  }

  ManagedChannel channel() {
    return channel;
  }

  void close() throws Exception {
    channel.shutdownNow();
    server.shutdownNow();
    boolean ended =
        channel.awaitTermination(10, TimeUnit.SECONDS)
            && server.awaitTermination(10, TimeUnit.SECONDS);
    if (!ended) {
      throw new IllegalStateException("channel or server does not end");
    }
    if (eventLoops != null) {
      eventLoops.shutdownGracefully(0, 5, TimeUnit.SECONDS).await();
    }
    Files.deleteIfExists(folder.resolve("s"));
    Files.delete(folder);
  }
}
