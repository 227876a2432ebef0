package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.testkit.Deadline;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With grpc-netty on the same class path: who serves which target, and how the two get along. */
class NettyCoexistenceTest {
  private static final ChannelCredentials INSECURE = InsecureChannelCredentials.create();
  private static final byte[] MESSAGE = ByteEcho.random(100);

  @RegisterExtension final Sockets sockets = new Sockets();

  private String path;
  private EpollEventLoopGroup eventLoop;

  @BeforeEach
  void choosePath() {
    path = sockets.path("s");
  }

  @AfterEach
  void stopEventLoop() throws Exception {
    if (eventLoop != null) {
      eventLoop.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
    }
  }

  private EpollEventLoopGroup eventLoop() {
    Assumptions.assumeTrue(
        Epoll.isAvailable(), () -> "no Netty epoll here: " + Epoll.unavailabilityCause());
    if (eventLoop == null) {
      eventLoop = new EpollEventLoopGroup(1);
    }
    return eventLoop;
  }

  private ManagedChannel nettyChannel(NettyChannelBuilder builder) {
    return sockets.add(
        builder
            .eventLoopGroup(eventLoop())
            .channelType(EpollDomainSocketChannel.class, DomainSocketAddress.class)
            .usePlaintext()
            .build());
  }

  @ParameterizedTest
  @ValueSource(strings = {"unix://", "unix:"})
  void newChannelBuilderGivesOurs(String prefix) throws Exception {
    sockets.serve(path, new ByteEcho());
    ManagedChannelBuilder<?> builder = Grpc.newChannelBuilder(prefix + path, INSECURE);
    assertInstanceOf(UdsChannelBuilder.class, builder);
    assertArrayEquals(MESSAGE, ByteEcho.echo(sockets.add(builder.build()), MESSAGE));
  }

  @Test
  void forTargetGivesOurs() throws Exception {
    sockets.serve(path, new ByteEcho());
    ManagedChannelBuilder<?> builder = ManagedChannelBuilder.forTarget("unix:" + path);
    assertInstanceOf(UdsChannelBuilder.class, builder);
    assertArrayEquals(MESSAGE, ByteEcho.echo(sockets.add(builder.usePlaintext().build()), MESSAGE));
  }

  @Test
  void abstractNamesAreOurs() {
    assertInstanceOf(UdsChannelBuilder.class, Grpc.newChannelBuilder("unix-abstract:a", INSECURE));
    assertInstanceOf(UdsChannelBuilder.class, ManagedChannelBuilder.forTarget("unix-abstract:a"));
  }

  @Test
  void internetTargetsStayWithNetty() {
    assertInstanceOf(
        NettyChannelBuilder.class, Grpc.newChannelBuilder("dns:///localhost:1", INSECURE));
    assertInstanceOf(NettyChannelBuilder.class, Grpc.newChannelBuilder("localhost:1", INSECURE));
    assertInstanceOf(
        NettyChannelBuilder.class, ManagedChannelBuilder.forTarget("dns:///localhost:1"));
    assertInstanceOf(NettyChannelBuilder.class, ManagedChannelBuilder.forAddress("localhost", 1));
  }

  @Test
  void callOverTcpStillWorks() throws Exception {
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new ByteEcho())
            .build()
            .start();
    try {
      ManagedChannel channel =
          Grpc.newChannelBuilderForAddress(
                  InetAddress.getLoopbackAddress().getHostAddress(), server.getPort(), INSECURE)
              .build();
      assertArrayEquals(MESSAGE, ByteEcho.echo(sockets.add(channel), MESSAGE));
    } finally {
      server.shutdownNow();
      server.awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 100, 1_000_000})
  void nettyClientOfAnAddressTalksToOurServer(int size) throws Exception {
    sockets.serve(path, new ByteEcho());
    ManagedChannel channel =
        nettyChannel(NettyChannelBuilder.forAddress(new DomainSocketAddress(path)));
    ByteEcho.callInEveryKind(channel, size);
  }

  /** What the user builds himself has Netty's transport, and so needs Netty's resolver. */
  @ParameterizedTest
  @ValueSource(strings = {"unix://", "unix:"})
  void nettyClientOfATargetTalksToOurServer(String prefix) throws Exception {
    sockets.serve(path, new ByteEcho());
    ManagedChannel channel = nettyChannel(NettyChannelBuilder.forTarget(prefix + path));
    assertArrayEquals(MESSAGE, ByteEcho.echo(channel, MESSAGE));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 100, 1_000_000})
  void ourClientTalksToANettyServer(int size) throws Exception {
    Server server =
        NettyServerBuilder.forAddress(new DomainSocketAddress(path))
            .channelType(EpollServerDomainSocketChannel.class)
            .bossEventLoopGroup(eventLoop())
            .workerEventLoopGroup(eventLoop())
            .addService(new ByteEcho())
            .build()
            .start();
    try {
      ByteEcho.callInEveryKind(sockets.channel(path), size);
    } finally {
      server.shutdownNow();
      assertTrue(
          server.awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS), "still up: " + server);
    }
  }
}
