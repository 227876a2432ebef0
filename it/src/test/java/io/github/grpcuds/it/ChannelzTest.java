package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.Deadline;
import io.grpc.InternalWithLogId;
import io.grpc.ManagedChannel;
import io.grpc.channelz.v1.Address;
import io.grpc.channelz.v1.Channel;
import io.grpc.channelz.v1.ChannelzGrpc;
import io.grpc.channelz.v1.GetChannelRequest;
import io.grpc.channelz.v1.GetServerSocketsRequest;
import io.grpc.channelz.v1.GetServersRequest;
import io.grpc.channelz.v1.GetSocketRequest;
import io.grpc.channelz.v1.GetSubchannelRequest;
import io.grpc.channelz.v1.GetTopChannelsRequest;
import io.grpc.channelz.v1.Server;
import io.grpc.channelz.v1.Socket;
import io.grpc.channelz.v1.SocketRef;
import io.grpc.channelz.v1.Subchannel;
import io.grpc.protobuf.services.ChannelzService;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** channelz asks sockets for all that TCP sockets have, and has to get an answer. */
class ChannelzTest {
  @RegisterExtension final Sockets sockets = new Sockets();

  private String path;
  private long serverId;
  private ChannelzGrpc.ChannelzBlockingStub channelz;

  @BeforeEach
  void serve() throws Exception {
    path = sockets.path("s");
    io.grpc.Server server =
        sockets.start(
            UdsServerBuilder.forPath(path)
                .addService(new ByteEcho())
                .addService(ChannelzService.newInstance(1000)));
    serverId = ((InternalWithLogId) server).getLogId().getId();
    ManagedChannel channel = sockets.channel(path);
    ByteEcho.echo(channel, ByteEcho.random(100));
    channelz =
        ChannelzGrpc.newBlockingStub(channel).withDeadlineAfter(Deadline.SECONDS, TimeUnit.SECONDS);
  }

  /** Others of this JVM may be listed before it. */
  private Server server() {
    GetServersRequest request =
        GetServersRequest.newBuilder().setStartServerId(serverId).setMaxResults(1).build();
    Server server = channelz.getServers(request).getServer(0);
    assertEquals(serverId, server.getRef().getServerId());
    return server;
  }

  private Channel channel() {
    List<Channel> channels =
        channelz.getTopChannels(GetTopChannelsRequest.getDefaultInstance()).getChannelList();
    List<Channel> ours =
        channels.stream()
            .filter(channel -> channel.getData().getTarget().equals("unix:" + path))
            .collect(Collectors.toList());
    assertEquals(1, ours.size(), () -> "found " + channels);
    return ours.get(0);
  }

  private Socket socket(SocketRef ref) {
    return channelz
        .getSocket(GetSocketRequest.newBuilder().setSocketId(ref.getSocketId()).build())
        .getSocket();
  }

  private static String name(Address address) {
    return address.getOtherAddress().getName();
  }

  @Test
  void serverListsItsListeningSocket() {
    Socket listening = socket(server().getListenSocket(0));
    assertEquals("unix:" + path, name(listening.getLocal()));
    assertFalse(listening.hasRemote(), () -> "has a peer: " + listening);
  }

  @Test
  void serverListsItsConnections() {
    GetServerSocketsRequest request =
        GetServerSocketsRequest.newBuilder().setServerId(serverId).build();
    List<SocketRef> refs = channelz.getServerSockets(request).getSocketRefList();
    assertEquals(1, refs.size(), () -> "found " + refs);
    Socket accepted = socket(refs.get(0));
    assertEquals("unix:" + path, name(accepted.getLocal()));
    assertTrue(accepted.hasRemote(), () -> "has no peer: " + accepted);
    assertTrue(accepted.getData().getStreamsStarted() > 0, () -> "no calls: " + accepted);
  }

  @Test
  void channelListsItsConnection() {
    Subchannel subchannel =
        channelz
            .getSubchannel(
                GetSubchannelRequest.newBuilder()
                    .setSubchannelId(channel().getSubchannelRef(0).getSubchannelId())
                    .build())
            .getSubchannel();
    Socket connected = socket(subchannel.getSocketRef(0));
    assertEquals("unix:" + path, name(connected.getRemote()));
    assertTrue(connected.hasLocal(), () -> "has no address: " + connected);
    assertTrue(connected.getData().getStreamsStarted() > 0, () -> "no calls: " + connected);
  }

  @Test
  void channelCountsItsCalls() {
    Channel channel =
        channelz
            .getChannel(
                GetChannelRequest.newBuilder()
                    .setChannelId(channel().getRef().getChannelId())
                    .build())
            .getChannel();
    assertTrue(channel.getData().getCallsSucceeded() > 0, () -> "no calls: " + channel);
  }
}
