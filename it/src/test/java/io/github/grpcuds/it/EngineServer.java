package io.github.grpcuds.it;

import io.github.grpcuds.server.UdsServerBuilder;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The server of a test, and raw clients of it. For a second opinion on a test, -Dit.server=netty
 * gives it grpc-netty's server instead of ours.
 */
final class EngineServer implements BeforeEachCallback, AfterEachCallback {
  static final String RAW = "test.Raw/Call";
  static final String ECHO = ByteEcho.ECHO.getFullMethodName();
  static final String JOIN = ByteEcho.JOIN.getFullMethodName();
  static final String REPEAT = ByteEcho.REPEAT.getFullMethodName();
  static final String CHAT = ByteEcho.CHAT.getFullMethodName();
  static final String WAIT = ByteEcho.WAIT.getFullMethodName();

  private static final boolean NETTY = "netty".equals(System.getProperty("it.server"));

  final ByteEcho echo = new ByteEcho();

  private final Sockets sockets = new Sockets();
  private final List<Http2Peer> peers = new ArrayList<>();
  private EventLoopGroup nettyLoop;
  private String path;

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    sockets.beforeEach(context);
    path = sockets.path("s");
  }

  String path() {
    return path;
  }

  /** A builder of a server that has ByteEcho. */
  ServerBuilder<?> builder() {
    return (NETTY ? netty() : UdsServerBuilder.forPath(path)).addService(echo);
  }

  private ServerBuilder<?> netty() {
    nettyLoop = new EpollEventLoopGroup(2);
    return NettyServerBuilder.forAddress(new DomainSocketAddress(path))
        .channelType(EpollServerDomainSocketChannel.class)
        .bossEventLoopGroup(nettyLoop)
        .workerEventLoopGroup(nettyLoop);
  }

  static ServerBuilder<?> maxCalls(ServerBuilder<?> builder, int calls) {
    return NETTY
        ? ((NettyServerBuilder) builder).maxConcurrentCallsPerConnection(calls)
        : ((UdsServerBuilder) builder).maxConcurrentCallsPerConnection(calls);
  }

  Server start() throws IOException {
    return start(builder());
  }

  Server start(ServerBuilder<?> builder) throws IOException {
    return sockets.start(builder);
  }

  /** Also has the method RAW, of any number of messages either way. */
  Server start(ServerCallHandler<byte[], byte[]> handler) throws IOException {
    return start(
        builder()
            .addService(
                ServerServiceDefinition.builder("test.Raw")
                    .addMethod(
                        ByteEcho.ECHO.toBuilder()
                            .setType(MethodType.BIDI_STREAMING)
                            .setFullMethodName(RAW)
                            .build(),
                        handler)
                    .build()));
  }

  /** A client that has shaken hands. */
  Http2Peer connect(int... settings) throws IOException {
    return add(Http2Peer.connect(path, settings));
  }

  /** A client that has said nothing. */
  Http2Peer open() throws IOException {
    return add(Http2Peer.open(path));
  }

  private Http2Peer add(Http2Peer peer) {
    peers.add(peer);
    return peer;
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    for (Http2Peer peer : peers) {
      peer.close();
    }
    try {
      sockets.afterEach(context);
    } finally {
      if (nettyLoop != null) {
        nettyLoop.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
      }
    }
  }
}
