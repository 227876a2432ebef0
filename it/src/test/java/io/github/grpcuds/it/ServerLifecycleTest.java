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
import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ServerLifecycleTest {
  private static final HelloRequest ANN = HelloRequest.newBuilder().setName("Ann").build();

  @RegisterExtension final Sockets sockets = new Sockets();

  private String path;

  @BeforeEach
  void choosePath() {
    path = sockets.path("s");
  }

  @Test
  void shutdownLetsCallsFinishAndDeletesTheFileAtOnce() throws Exception {
    final Server server = sockets.serve(path, new EchoGreeter());
    Recorder<HelloReply> replies = new Recorder<>();
    StreamObserver<HelloRequest> chat = GreeterGrpc.newStub(sockets.channel(path)).chat(replies);
    chat.onNext(ANN);
    replies.next();

    server.shutdown();
    assertFalse(Files.exists(Paths.get(path)), "the file is still there");
    chat.onNext(ANN);
    assertEquals("Hello Ann", replies.next().getMessage());
    assertFalse(server.isTerminated());
    chat.onCompleted();
    assertEquals(Status.OK, replies.status());
    assertTrue(server.awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS));
  }

  @Test
  void shutdownNowEndsCalls() throws Exception {
    Server server = sockets.serve(path, new EchoGreeter());
    Recorder<HelloReply> replies = new Recorder<>();
    StreamObserver<HelloRequest> chat = GreeterGrpc.newStub(sockets.channel(path)).chat(replies);
    chat.onNext(ANN);
    replies.next();
    server.shutdownNow();
    assertFalse(replies.status().isOk());
    assertTrue(server.awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS));
  }

  @Test
  void shutdownByAnInterruptedThreadDeletesTheFile() throws Exception {
    Server server = sockets.serve(path, new EchoGreeter());
    Thread.currentThread().interrupt();
    server.shutdownNow();
    assertTrue(Thread.interrupted());
    assertFalse(Files.exists(Paths.get(path)), "the file is still there");
  }

  @Test
  void startByAnInterruptedThreadWorks() throws Exception {
    Thread.currentThread().interrupt();
    sockets.serve(path, new EchoGreeter());
    assertTrue(Thread.interrupted());
    assertEquals(
        "Hello Ann", GreeterGrpc.newBlockingStub(sockets.channel(path)).sayHello(ANN).getMessage());
  }

  @Test
  void liveServersSocketIsRefusedAndTheServerGoesOn() throws Exception {
    sockets.serve(path, new EchoGreeter());
    Server second = UdsServerBuilder.forPath(path).build();
    IOException e = assertThrows(IOException.class, second::start);
    Throwable cause = e instanceof BindException ? e : e.getCause();
    assertTrue(cause instanceof BindException, e.toString());
    assertTrue(e.toString().contains(path), e.toString());
    assertEquals(
        "Hello Ann", GreeterGrpc.newBlockingStub(sockets.channel(path)).sayHello(ANN).getMessage());
  }

  @Test
  void deadServersSocketIsTakenOver() throws Exception {
    try (ServerSocket dead =
        new UdsServerSocketFactory(
                UdsAddress.ofPath(path), SocketFileOptions.defaults().deleteOnClose(false))
            .createServerSocket(0)) {
      assertTrue(dead.isBound());
    }
    assertTrue(Files.exists(Paths.get(path)));
    sockets.serve(path, new EchoGreeter());
    assertEquals(
        "Hello Ann", GreeterGrpc.newBlockingStub(sockets.channel(path)).sayHello(ANN).getMessage());
  }

  @Test
  void regularFileIsRefusedAndStays() throws Exception {
    Path file = Paths.get(path);
    Files.write(file, new byte[] {42});
    Server server = UdsServerBuilder.forPath(path).build();
    FileSystemException e = assertThrows(FileSystemException.class, server::start);
    assertTrue(e.getMessage().contains("regular file"), e.getMessage());
    assertEquals(1, Files.size(file));
    Files.delete(file);
  }

  @Test
  void missingFolderIsNamed() {
    Server server = UdsServerBuilder.forPath(sockets.path("no/s")).build();
    NoSuchFileException e = assertThrows(NoSuchFileException.class, server::start);
    assertTrue(e.getMessage().contains(sockets.path("no")), e.getMessage());
  }

  @Test
  void fileModeIs0600UnlessAskedOtherwise() throws Exception {
    sockets.serve(path, new EchoGreeter());
    assertEquals("rw-------", mode(path));
    String open = sockets.path("open");
    sockets.start(
        UdsServerBuilder.forPath(open).socketFile(SocketFileOptions.defaults().mode("rw-rw----")));
    assertEquals("rw-rw----", mode(open));
  }

  private static String mode(String path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(Paths.get(path)));
  }

  @Test
  void listensWhereItSays() throws Exception {
    Server server = sockets.serve(path, new EchoGreeter());
    assertEquals(Collections.singletonList(UdsAddress.ofPath(path)), server.getListenSockets());
    assertEquals(-1, server.getPort());
  }

  @Test
  void startAfterShutdownOnTheSamePath() throws Exception {
    for (int i = 0; i < 20; i++) {
      Server server = sockets.serve(path, new EchoGreeter("Round" + i));
      ManagedChannel channel = sockets.channel(path);
      assertEquals(
          "Round" + i + " Ann", GreeterGrpc.newBlockingStub(channel).sayHello(ANN).getMessage());
      channel.shutdownNow();
      server.shutdownNow().awaitTermination();
    }
  }

  @Test
  void handshakeTimeoutClosesSilentClients() throws Exception {
    sockets.start(
        UdsServerBuilder.forPath(path)
            .addService(new EchoGreeter())
            .handshakeTimeout(300, TimeUnit.MILLISECONDS));
    try (java.net.Socket silent =
        new io.github.grpcuds.transport.UdsSocketFactory("unix:" + path).createSocket("x", 1)) {
      silent.setSoTimeout(60_000);
      byte[] buffer = new byte[1024];
      int read;
      do {
        read = silent.getInputStream().read(buffer); // the server's SETTINGS, then the end
      } while (read > 0);
      assertEquals(-1, read);
    }
  }

  @Test
  void limitsOfTheBuilderReachTheTransport() throws Exception {
    sockets.start(
        UdsServerBuilder.forPath(path)
            .addService(new EchoGreeter())
            .maxInboundMessageSize(1000)
            .maxInboundMetadataSize(2000)
            .maxConcurrentCallsPerConnection(10)
            .flowControlWindow(1 << 20)
            .backlog(5));
    ManagedChannel channel = sockets.open(UdsChannelBuilder.forPath(path));
    HelloRequest large = HelloRequest.newBuilder().setName(repeat('x', 2000)).build();
    StatusRuntimeException e =
        assertThrows(
            StatusRuntimeException.class,
            () -> GreeterGrpc.newBlockingStub(channel).sayHello(large));
    assertFalse(e.getStatus().isOk()); // grpc-okhttp resets the stream; its code is INTERNAL
    assertEquals("Hello Ann", GreeterGrpc.newBlockingStub(channel).sayHello(ANN).getMessage());
  }

  private static String repeat(char c, int times) {
    return new String(new char[times]).replace('\0', c);
  }
}
