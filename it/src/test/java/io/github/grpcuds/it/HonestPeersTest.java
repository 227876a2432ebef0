package io.github.grpcuds.it;

import static io.github.grpcuds.it.EngineServer.CHAT;
import static io.github.grpcuds.it.EngineServer.ECHO;
import static io.github.grpcuds.it.EngineServer.WAIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What clients do that mean no harm: none loses its connection, and each learns what happened. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HonestPeersTest {
  private static final int MANY = 5000;

  @RegisterExtension final EngineServer server = new EngineServer();
  @RegisterExtension final NettyClients netty = new NettyClients();
  private final List<ManagedChannel> channels = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (ManagedChannel channel : channels) {
      channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  private ManagedChannel ours() {
    ManagedChannel channel = UdsChannelBuilder.forPath(server.path()).build();
    channels.add(channel);
    return channel;
  }

  private ManagedChannel netty() {
    return netty.channel(server.path());
  }

  /** .NET's clients are told to do so, once a second, with calls and without. */
  @Test
  void pingsAreWelcome() throws Exception {
    server.start();
    Http2Peer peer = server.connect();
    for (int i = 0; i < 20; i++) {
      peer.barrier();
    }
    int quiet = peer.start(WAIT);
    peer.send(quiet, new byte[1], false);
    for (int i = 0; i < 20; i++) {
      peer.barrier();
    }
    assertNull(peer.claim(Http2Frame.GOAWAY));
    peer.call(ECHO, new byte[1]).assertOk(new byte[1]);
  }

  @Test
  void deadlineIsToldInTrailersWhetherTheAnswerHasBegunOrNot() throws Exception {
    server.start();
    Http2Peer peer = server.connect();
    int silent = peer.start(WAIT, "grpc-timeout", "100m");
    int begun = peer.start(CHAT, "grpc-timeout", "300m");
    peer.send(begun, new byte[1], false);
    for (int stream : new int[] {silent, begun}) {
      Http2Reply reply = peer.awaitReply(stream);
      assertEquals("4", reply.grpcStatus(), reply::toString);
      assertEquals("200", reply.httpStatus(), reply::toString);
    }
    assertEquals(1, peer.reply(begun).messages().size());
  }

  @Test
  void deadlineIsADeadlineForOurClient() throws Exception {
    server.start();
    assertDeadlines(ours());
  }

  @Test
  void deadlineIsADeadlineForNettysClient() throws Exception {
    server.start();
    assertDeadlines(netty());
  }

  private static void assertDeadlines(Channel channel) throws Exception {
    Map<Status.Code, Integer> seen = new TreeMap<>();
    List<Watch> watches = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(20 + i, TimeUnit.MILLISECONDS);
      watches.add(start(channel.newCall(ByteEcho.WAIT, options), new Metadata()));
    }
    for (Watch watch : watches) {
      seen.merge(watch.status().getCode(), 1, Integer::sum);
    }
    assertEquals("{DEADLINE_EXCEEDED=150}", seen.toString());
  }

  @Test
  void thousandsOfCallsMayBeCancelledAtOnceByOurClient() throws Exception {
    server.start();
    assertCancelled(ours());
  }

  @Test
  void thousandsOfCallsMayBeCancelledAtOnceByNettysClient() throws Exception {
    server.start();
    assertCancelled(netty());
  }

  private static void assertCancelled(Channel channel) throws Exception {
    Watch innocent = new Watch();
    ClientCall<byte[], byte[]> chat = channel.newCall(ByteEcho.CHAT, CallOptions.DEFAULT);
    chat.start(innocent, new Metadata());
    chat.request(2);
    chat.sendMessage(new byte[1]);
    List<ClientCall<byte[], byte[]>> calls = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      ClientCall<byte[], byte[]> call = channel.newCall(ByteEcho.CHAT, CallOptions.DEFAULT);
      Watch watch = new Watch();
      call.start(watch, new Metadata());
      call.request(1);
      call.sendMessage(new byte[1]);
      calls.add(call);
      if (i % 100 == 99) { // that many are open, and not in a queue of the client
        watch.message();
      }
    }
    for (ClientCall<byte[], byte[]> call : calls) {
      call.cancel("by a test", null);
    }
    chat.sendMessage(new byte[1]);
    chat.halfClose();
    assertEquals(Status.Code.OK, innocent.status().getCode(), () -> "" + innocent.ended);
  }

  /** Netty's client knows the limit, and does not send what is beyond it. */
  @Test
  void metadataBeyondTheLimitIsToldToOurClient() throws Exception {
    server.start();
    assertMetadataRefused(ours());
  }

  private static void assertMetadataRefused(Channel channel) throws Exception {
    for (int i = 0; i < 3; i++) {
      Metadata large = new Metadata();
      large.put(Metadata.Key.of("x", Metadata.ASCII_STRING_MARSHALLER), RawFrames.letters(10_000));
      Watch watch = start(channel.newCall(ByteEcho.ECHO, CallOptions.DEFAULT), large);
      Status status = watch.status();
      assertEquals(Status.Code.RESOURCE_EXHAUSTED, status.getCode(), status::toString);
    }
  }

  @Test
  void malformedTimeoutIsAnsweredAndNotLogged() throws Exception {
    server.start();
    Http2Peer peer = server.connect();
    OffenderLines lines = new OffenderLines();
    lines.beforeEach(null);
    try {
      for (String bad : new String[] {"x", "1.5S", "-1S", "999999999S"}) {
        Http2Reply reply = peer.awaitReply(peer.start(ECHO, "grpc-timeout", bad));
        assertEquals("200", reply.httpStatus(), reply::toString);
        assertEquals("13", reply.grpcStatus(), reply::toString);
        assertSame(reply.headers, reply.trailers, reply::toString);
      }
      peer.call(ECHO, new byte[1]).assertOk(new byte[1]);
      assertEquals(0, lines.count());
    } finally {
      lines.afterEach(null);
    }
  }

  private static Watch start(ClientCall<byte[], byte[]> call, Metadata headers) {
    Watch watch = new Watch();
    call.start(watch, headers);
    call.request(1);
    call.sendMessage(new byte[1]);
    call.halfClose();
    return watch;
  }

  /** What comes of a call. */
  private static final class Watch extends ClientCall.Listener<byte[]> {
    final BlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();
    final BlockingQueue<Status> ended = new LinkedBlockingQueue<>();

    @Override
    public void onMessage(byte[] message) {
      messages.add(message);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      ended.add(status);
    }

    Status status() throws InterruptedException {
      Status status = ended.poll(20, TimeUnit.SECONDS);
      if (status == null) {
        throw new AssertionError("the call has not ended within 20 s");
      }
      return status;
    }

    void message() throws InterruptedException {
      if (messages.poll(20, TimeUnit.SECONDS) == null) {
        throw new AssertionError("no message within 20 s; the end: " + ended.peek());
      }
    }
  }
}
