package io.github.grpcuds.it;

import io.grpc.ManagedChannel;
import io.grpc.internal.GrpcUtil;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.unix.DomainSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Channels of grpc-netty to Unix domain sockets for one test, where they can be put to use. */
final class NettyClients implements AfterEachCallback {
  /** Versions before corrupt data with the Netty that is here (grpc-java #11294). */
  private static final int FIRST_MINOR = 65;

  private final List<ManagedChannel> channels = new ArrayList<>();
  private EventLoopGroup loop; // null if there are no channels

  ManagedChannel channel(String path) {
    return channel(path, NettyChannelBuilder.DEFAULT_FLOW_CONTROL_WINDOW);
  }

  /** With a flow-control window, for messages of any size. */
  ManagedChannel channel(String path, int window) {
    assumeUsable();
    if (loop == null) {
      loop = new EpollEventLoopGroup(1);
    }
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(new DomainSocketAddress(path))
            .channelType(EpollDomainSocketChannel.class)
            .eventLoopGroup(loop)
            .initialFlowControlWindow(window)
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .usePlaintext()
            .build();
    channels.add(channel);
    return channel;
  }

  private static void assumeUsable() {
    String reason = unusable();
    Assumptions.assumeTrue(reason == null, reason);
  }

  /** Why there can be no such channels here; null if there can. */
  static String unusable() {
    if (!Epoll.isAvailable()) {
      return "Netty has Unix sockets by epoll alone here";
    }
    String version = GrpcUtil.getGrpcBuildVersion().getImplementationVersion();
    int minor = Integer.parseInt(version.split("\\.", -1)[1]);
    return minor < FIRST_MINOR ? "grpc-netty " + version + " does not go with this Netty" : null;
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    close();
  }

  /** Ends them before the test does. */
  void close() throws InterruptedException {
    for (ManagedChannel channel : channels) {
      channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
    if (loop != null) {
      loop.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
    }
    channels.clear();
    loop = null;
  }
}
