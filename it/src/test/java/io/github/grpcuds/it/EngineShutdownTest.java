package io.github.grpcuds.it;

import static io.github.grpcuds.it.EngineServer.CHAT;
import static io.github.grpcuds.it.EngineServer.ECHO;
import static io.github.grpcuds.it.EngineServer.REPEAT;
import static io.github.grpcuds.it.EngineServer.WAIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.grpcuds.testkit.Deadline;
import io.grpc.Server;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How connections end: by shutdown, by age and idleness, by keepalive, by the client's will. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EngineShutdownTest {
  private static final byte[] MESSAGE = ByteEcho.random(100);

  /** gRPC's servers take less for a mistake, and this instead. */
  private static final int MIN_KEEPALIVE_SECONDS = 10;

  /** How long a server waits for the client to close first. */
  private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(1);

  @RegisterExtension final EngineServer server = new EngineServer();

  private static void assertEchoed(Http2Reply reply) {
    reply.assertOk(MESSAGE);
  }

  /** A call that waits for its request, after the server has seen it. */
  private static int openCall(Http2Peer peer) throws IOException {
    int stream = peer.start(CHAT);
    peer.send(stream, MESSAGE, false);
    peer.awaitBody(stream, 5 + MESSAGE.length);
    return stream;
  }

  /** A call that the server does not end. */
  private static int openWait(Http2Peer peer) throws IOException {
    int stream = peer.start(WAIT);
    peer.send(stream, MESSAGE, true);
    return stream;
  }

  private void startWithKeepAlive(long timeoutMillis) throws IOException {
    server.start(
        server
            .builder()
            .keepAliveTime(MIN_KEEPALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(timeoutMillis, TimeUnit.MILLISECONDS));
  }

  private void assertWaitCancelled() throws InterruptedException {
    assertTrue(server.echo.waitCancelled.await(Deadline.SECONDS, TimeUnit.SECONDS));
  }

  private static void assertTerminates(Server grpc) throws InterruptedException {
    assertTrue(grpc.awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS));
  }

  private static void assertGoAway(int lastStream, int error, Http2Peer peer) throws IOException {
    Http2Frame goAway = peer.awaitFrame(Http2Frame.GOAWAY);
    assertEquals(error, goAway.error(), goAway::debugData);
    assertEquals(lastStream, goAway.lastStream());
  }

  /** Section 6.8: a first GOAWAY warns, a PING waits out what is under way, a second one ends. */
  private static void assertGraceful(int lastStream, Http2Peer peer) throws IOException {
    assertGoAway(Integer.MAX_VALUE, Http2Frame.NO_ERROR, peer);
    peer.awaitFrame(Http2Frame.PING);
    assertGoAway(lastStream, Http2Frame.NO_ERROR, peer);
  }

  @Test
  void shutdownWarnsAndLetsCallsFinish() throws Exception {
    Server grpc = server.start();
    Http2Peer peer = server.connect();
    int stream = openCall(peer);
    grpc.shutdown();
    assertGraceful(stream, peer);
    peer.send(stream, MESSAGE, true);
    peer.awaitReply(stream).assertOk(MESSAGE, MESSAGE);
    peer.awaitClose();
    assertTerminates(grpc);
  }

  /** A client that has not seen the warning yet has done nothing wrong. */
  @Test
  void callsBegunBeforeTheSecondGoAwayAreServed() throws Exception {
    Server grpc = server.start();
    Http2Peer peer = server.connect().ignoringPings();
    int open = openCall(peer);
    grpc.shutdown();
    assertGoAway(Integer.MAX_VALUE, Http2Frame.NO_ERROR, peer);
    int late = peer.start(ECHO);
    peer.send(late, MESSAGE, true);
    assertEchoed(peer.awaitReply(late));
    peer.answerPings();
    assertGoAway(late, Http2Frame.NO_ERROR, peer);
    peer.end(open);
    assertEchoed(peer.awaitReply(open));
    peer.awaitClose();
  }

  @Test
  void shutdownSendsAllOfAReplyFirst() throws Exception {
    Server grpc = server.start();
    Http2Peer peer = server.connect(Http2Frame.INITIAL_WINDOW_SIZE, 5_000).creditingNothing();
    int stream = peer.start(REPEAT);
    byte[] message = ByteEcho.random(1_000_000);
    peer.send(stream, message, true);
    peer.awaitBody(stream, 5_000);
    grpc.shutdown();
    assertGraceful(stream, peer);
    peer.credit(0, 10_000_000);
    peer.credit(stream, 10_000_000);
    peer.awaitReply(stream).assertOk(message, message, message);
    peer.awaitClose();
  }

  @Test
  void shutdownEndsIdleConnections() throws Exception {
    Server grpc = server.start();
    Http2Peer peer = server.connect();
    assertEchoed(peer.call(ECHO, MESSAGE));
    grpc.shutdown();
    assertGraceful(1, peer);
    peer.awaitClose();
    assertTerminates(grpc);
  }

  /**
   * A client whose write fails gives up, and what it has not read yet is lost to it. It writes some
   * time after the end, as the JDK closes a socket that a selector watches only by and by.
   */
  @Test
  void clientMayWriteUntilItHasReadTheEnd() throws Exception {
    Server grpc = server.start();
    Http2Peer peer = server.connect();
    int stream = openCall(peer);
    grpc.shutdown();
    assertGraceful(stream, peer);
    long begun = System.nanoTime();
    peer.end(stream);
    boolean closedFirst = grpc.awaitTermination(300, TimeUnit.MILLISECONDS);
    peer.credit(0, 1);
    boolean cut = peer.isCut();
    assumeTrue(System.nanoTime() - begun < LINGER_NANOS, "too slow to tell");
    assertFalse(closedFirst, "closed before the client did");
    assertFalse(cut, "took nothing more");
    assertEchoed(peer.awaitReply(stream));
    peer.awaitClose();
    assertFalse(peer.isCut());
    peer.close();
    assertTerminates(grpc);
  }

  @Test
  void shutdownNowEndsCallsAndConnections() throws Exception {
    Server grpc = server.start();
    Http2Peer peer = server.connect();
    int stream = openWait(peer);
    peer.awaitThat(() -> peer.reply(stream).headers != null, "headers");
    grpc.shutdownNow();
    peer.awaitClose();
    Http2Reply reply = peer.reply(stream);
    assertTrue(!"0".equals(reply.grpcStatus()), reply::toString);
    assertWaitCancelled();
    assertTerminates(grpc);
  }

  @Test
  void goAwayOfTheClientLetsCallsFinish() throws Exception {
    server.start();
    Http2Peer peer = server.connect();
    int stream = openCall(peer);
    peer.frame(Http2Frame.GOAWAY, 0, 0, new byte[8]);
    peer.send(stream, MESSAGE, true);
    peer.awaitReply(stream).assertOk(MESSAGE, MESSAGE);
  }

  @Test
  @Tag("long")
  void keepAliveEndsConnectionsOfTheDeadAndLeavesTheLivingAlone() throws Exception {
    startWithKeepAlive(5000); // half of the time to the next one, and enough for a busy machine
    Http2Peer dead = server.connect().ignoringPings();
    openWait(dead);
    Http2Peer alive = server.connect();
    int stream = openCall(alive);
    dead.awaitFrame(Http2Frame.PING);
    alive.awaitFrame(Http2Frame.PING);
    dead.awaitClose();
    assertWaitCancelled();
    alive.awaitFrame(Http2Frame.PING);
    alive.end(stream);
    assertEchoed(alive.awaitReply(stream));
  }

  @Test
  void pingsMoreOftenThanPermittedEndTheConnection() throws Exception {
    server.start(server.builder().permitKeepAliveTime(1, TimeUnit.HOURS));
    Http2Peer peer = server.connect();
    int stream = openCall(peer);
    for (int i = 0; i < 10; i++) {
      peer.ping(i);
    }
    Http2Frame goAway = peer.awaitFrame(Http2Frame.GOAWAY);
    assertEquals(Http2Frame.ENHANCE_YOUR_CALM, goAway.error());
    assertEquals("too_many_pings", goAway.debugData());
    peer.awaitClose();
    assertFalse(peer.reply(stream).ended);
  }

  /** Any frame of a reply makes up for the pings before: clients measure their bandwidth so. */
  @Test
  void pingsBetweenRepliesAreHarmless() throws Exception {
    server.start(server.builder().permitKeepAliveTime(1, TimeUnit.HOURS));
    Http2Peer peer = server.connect();
    for (int i = 0; i < 20; i++) {
      peer.barrier();
      assertEchoed(peer.call(ECHO, MESSAGE));
    }
    assertNull(peer.claim(Http2Frame.GOAWAY));
  }

  @Test
  void idleConnectionsAreEnded() throws Exception {
    server.start(server.builder().maxConnectionIdle(300, TimeUnit.MILLISECONDS));
    Http2Peer busy = server.connect();
    int stream = openCall(busy);
    Http2Peer idle = server.connect();
    assertEchoed(idle.call(ECHO, MESSAGE));
    assertGraceful(1, idle);
    idle.awaitClose();
    assertNull(busy.claim(Http2Frame.GOAWAY));
    busy.end(stream);
    assertEchoed(busy.awaitReply(stream));
    busy.awaitClose();
  }

  @Test
  void oldConnectionsAreEndedOnceTheirCallsAre() throws Exception {
    server.start(server.builder().maxConnectionAge(300, TimeUnit.MILLISECONDS));
    Http2Peer peer = server.connect();
    int stream = openCall(peer);
    assertGraceful(stream, peer);
    peer.end(stream);
    assertEchoed(peer.awaitReply(stream));
    peer.awaitClose();
    assertEchoed(server.connect().call(ECHO, MESSAGE));
  }

  @Test
  void callsEndWithTheGraceOfAnOldConnection() throws Exception {
    server.start(
        server
            .builder()
            .maxConnectionAge(200, TimeUnit.MILLISECONDS)
            .maxConnectionAgeGrace(300, TimeUnit.MILLISECONDS));
    Http2Peer peer = server.connect();
    int stream = openWait(peer);
    peer.awaitFrame(Http2Frame.GOAWAY);
    peer.awaitClose();
    assertFalse("0".equals(peer.reply(stream).grpcStatus()));
    assertWaitCancelled();
  }
}
