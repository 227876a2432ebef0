package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.HelloReply;
import io.github.grpcuds.proto.HelloRequest;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.github.grpcuds.transport.UdsSocketFactory;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ChannelStateTest {
  private static final HelloRequest ANN = HelloRequest.newBuilder().setName("Ann").build();

  @RegisterExtension final Sockets sockets = new Sockets();

  private String path;

  @BeforeEach
  void choosePath() {
    path = sockets.path("s");
  }

  private static void awaitState(ManagedChannel channel, ConnectivityState wanted)
      throws InterruptedException {
    Deadline deadline = Deadline.start();
    while (channel.getState(false) != wanted) {
      ConnectivityState seen = channel.getState(false);
      deadline.check(() -> "wanted " + wanted + ", is still " + seen);
      CountDownLatch changed = new CountDownLatch(1);
      channel.notifyWhenStateChanged(seen, changed::countDown);
      changed.await(1, TimeUnit.SECONDS);
    }
  }

  private static StatusRuntimeException failure(GreeterGrpc.GreeterBlockingStub stub) {
    return assertThrows(StatusRuntimeException.class, () -> stub.sayHello(ANN));
  }

  @Test
  void idleUntilUsedThenReadyThenIdleAgain() throws Exception {
    sockets.serve(path, new EchoGreeter());
    ManagedChannel channel = sockets.channel(path);
    assertEquals(ConnectivityState.IDLE, channel.getState(false));
    channel.getState(true);
    awaitState(channel, ConnectivityState.READY);
    channel.enterIdle();
    awaitState(channel, ConnectivityState.IDLE);
    assertEquals("Hello Ann", GreeterGrpc.newBlockingStub(channel).sayHello(ANN).getMessage());
  }

  @Test
  void idleTimeoutClosesTheConnection() throws Exception {
    sockets.serve(path, new EchoGreeter());
    ManagedChannel channel =
        sockets.open(UdsChannelBuilder.forPath(path).idleTimeout(1, TimeUnit.SECONDS));
    GreeterGrpc.newBlockingStub(channel).sayHello(ANN);
    awaitState(channel, ConnectivityState.READY);
    awaitState(channel, ConnectivityState.IDLE);
  }

  @Test
  void missingServerIsUnavailableAndSaysWhichPath() throws Exception {
    ManagedChannel channel = sockets.channel(path);
    StatusRuntimeException e = failure(GreeterGrpc.newBlockingStub(channel));
    assertEquals(Status.Code.UNAVAILABLE, e.getStatus().getCode());
    assertTrue(e.getMessage().contains(path), e.getMessage());
    assertTrue(e.getMessage().contains("No such socket"), e.getMessage());
    awaitState(channel, ConnectivityState.TRANSIENT_FAILURE);
  }

  @Test
  void regularFileIsUnavailableAndSaysSo() throws Exception {
    Files.createFile(Paths.get(path));
    StatusRuntimeException e = failure(GreeterGrpc.newBlockingStub(sockets.channel(path)));
    Files.delete(Paths.get(path));
    assertEquals(Status.Code.UNAVAILABLE, e.getStatus().getCode());
    assertTrue(e.getMessage().contains("regular file"), e.getMessage());
  }

  @Test
  void waitForReadyWaitsForTheServerToStart() throws Exception {
    ManagedChannel channel = sockets.channel(path);
    Recorder<HelloReply> replies = new Recorder<>();
    GreeterGrpc.newStub(channel).withWaitForReady().sayHello(ANN, replies);
    awaitState(channel, ConnectivityState.TRANSIENT_FAILURE);
    sockets.serve(path, new EchoGreeter());
    assertEquals("Hello Ann", replies.next().getMessage());
    assertEquals(Status.OK, replies.status());
  }

  @Test
  void reconnectsWhenTheServerComesBack() throws Exception {
    final Server first = sockets.serve(path, new EchoGreeter("First"));
    ManagedChannel channel = sockets.channel(path);
    GreeterGrpc.GreeterBlockingStub stub = GreeterGrpc.newBlockingStub(channel).withWaitForReady();
    assertEquals("First Ann", stub.sayHello(ANN).getMessage());
    first.shutdownNow().awaitTermination();
    awaitState(channel, ConnectivityState.IDLE);
    sockets.serve(path, new EchoGreeter("Second"));
    assertEquals("Second Ann", stub.sayHello(ANN).getMessage());
  }

  @Test
  void shutdownLetsCallsFinish() throws Exception {
    sockets.serve(path, new EchoGreeter());
    ManagedChannel channel = sockets.channel(path);
    Recorder<HelloReply> replies = new Recorder<>();
    io.grpc.stub.StreamObserver<HelloRequest> chat = GreeterGrpc.newStub(channel).chat(replies);
    chat.onNext(ANN);
    replies.next();
    channel.shutdown();
    chat.onNext(ANN);
    assertEquals("Hello Ann", replies.next().getMessage());
    assertFalse(channel.isTerminated());
    chat.onCompleted();
    assertEquals(Status.OK, replies.status());
    assertTrue(channel.awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS));
  }

  @Test
  void cancelledCallDoesNotWaitForAConnectUnderWay() throws Exception {
    try (FullBacklog full = new FullBacklog(path)) {
      assertTrue(full.waiting.size() > 1, "nobody waits in the backlog");
      ManagedChannel channel = sockets.channel(path);
      StatusRuntimeException e =
          failure(
              GreeterGrpc.newBlockingStub(channel).withDeadlineAfter(300, TimeUnit.MILLISECONDS));
      assertEquals(Status.Code.DEADLINE_EXCEEDED, e.getStatus().getCode());
      awaitState(channel, ConnectivityState.CONNECTING);
      channel.shutdownNow();
      assertTrue(
          channel.awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS),
          "the connect was not ended");
    }
  }

  @Test
  void connectTimeoutIsUnavailableAndSaysHowLongItWaited() throws Exception {
    try (FullBacklog full = new FullBacklog(path)) {
      assertTrue(full.waiting.size() > 1, "nobody waits in the backlog");
      ManagedChannel channel =
          sockets.open(UdsChannelBuilder.forPath(path).connectTimeout(300, TimeUnit.MILLISECONDS));
      StatusRuntimeException e = failure(GreeterGrpc.newBlockingStub(channel));
      assertEquals(Status.Code.UNAVAILABLE, e.getStatus().getCode());
      assertTrue(e.getMessage().contains("300 ms"), e.getMessage());
      assertTrue(e.getMessage().contains(path), e.getMessage());
    }
  }

  @Test
  void keepaliveNoticesAServerThatHangs() throws Exception {
    try (ServerSocket hung = new UdsServerSocketFactory("unix:" + path).createServerSocket(0)) {
      ManagedChannel channel =
          sockets.open(
              UdsChannelBuilder.forPath(path)
                  .keepAliveTime(10, TimeUnit.SECONDS) // the least that gRPC takes
                  .keepAliveTimeout(500, TimeUnit.MILLISECONDS));
      Recorder<HelloReply> replies = new Recorder<>();
      GreeterGrpc.newStub(channel).sayHello(ANN, replies);
      try (Socket accepted = hung.accept()) {
        // The least HTTP/2 that makes a connection: empty SETTINGS. Nothing else is ever answered.
        accepted.getOutputStream().write(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0});
        awaitState(channel, ConnectivityState.READY);
        Deadline deadline = Deadline.start();
        while (channel.getState(false) == ConnectivityState.READY) {
          deadline.check(() -> "the channel is still READY");
          CountDownLatch changed = new CountDownLatch(1);
          channel.notifyWhenStateChanged(ConnectivityState.READY, changed::countDown);
          changed.await(1, TimeUnit.SECONDS);
        }
        Status status = replies.status();
        assertEquals(Status.Code.UNAVAILABLE, status.getCode());
        assertTrue(status.getDescription().contains("Keepalive failed"), status.toString());
      }
    }
  }

  @Test
  void serverKeepaliveAndIdleLimitReachTheTransport() throws Exception {
    sockets.start(
        UdsServerBuilder.forPath(path)
            .addService(new EchoGreeter())
            .maxConnectionIdle(500, TimeUnit.MILLISECONDS));
    ManagedChannel channel = sockets.channel(path);
    GreeterGrpc.newBlockingStub(channel).sayHello(ANN);
    awaitState(channel, ConnectivityState.IDLE);
  }

  /** A server that accepts nothing, and as many clients as it lets wait. */
  private static final class FullBacklog implements AutoCloseable {
    private final ServerSocket server;
    private final List<Socket> waiting = new ArrayList<>();

    FullBacklog(String path) throws IOException {
      server = new UdsServerSocketFactory("unix:" + path).createServerSocket(0, 1);
      try {
        while (true) {
          Socket socket = new UdsSocketFactory("unix:" + path).createSocket();
          waiting.add(socket);
          socket.connect(null, 100);
        }
      } catch (SocketTimeoutException e) {
        assertTrue(waiting.size() < 10, "more clients than the backlog: " + waiting.size());
      }
    }

    @Override
    public void close() throws IOException {
      for (Socket socket : waiting) {
        socket.close();
      }
      server.close();
    }
  }
}
