package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.HelloReply;
import io.github.grpcuds.proto.HelloRequest;
import io.github.grpcuds.server.UdsServerBuilder;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerCredentials;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Each mistake that people make shows in the status of a call, with the way out and its cause. */
class ConnectMistakesTest {
  private static final HelloRequest ANN = HelloRequest.newBuilder().setName("Ann").build();
  private static final ChannelCredentials PLAIN = InsecureChannelCredentials.create();

  @TempDir static Path certificates;

  private static Identity server;
  private static Identity other;

  @RegisterExtension final Sockets sockets = new Sockets();
  @RegisterExtension final OffenderLines log = new OffenderLines();

  private String path;
  private RawServer raw; // null in tests that have another server

  @BeforeAll
  static void makeCertificates() throws Exception {
    server = Identity.localhost();
    other = Identity.create(certificates, "other", "other.example");
  }

  @BeforeEach
  void choosePath() {
    path = sockets.path("s");
  }

  @AfterEach
  void closeServer() throws IOException {
    if (raw != null) {
      raw.close();
    }
  }

  private void serve(ServerCredentials creds) throws IOException {
    sockets.start(UdsServerBuilder.forPath(path, creds).addService(new EchoGreeter()));
  }

  private static Status failure(ManagedChannel channel) {
    return failure(GreeterGrpc.newBlockingStub(channel));
  }

  private static Status failure(GreeterGrpc.GreeterBlockingStub stub) {
    return assertThrows(
            StatusRuntimeException.class,
            () -> stub.withDeadlineAfter(60, TimeUnit.SECONDS).sayHello(ANN))
        .getStatus();
  }

  private void assertCannotTalk(ManagedChannel channel, String why, String wayOut) {
    Status status = failure(sockets.add(channel));
    assertEquals(Status.Code.UNAVAILABLE, status.getCode(), status.toString());
    String description = status.getDescription();
    assertNotNull(description, status.toString());
    assertTrue(description.startsWith("Cannot talk to unix:" + path + ": "), description);
    assertTrue(description.contains(why), description);
    assertTrue(description.contains(wayOut), description);
    assertNotNull(status.getCause(), "no cause");
  }

  private ManagedChannel channel(ChannelCredentials creds) {
    return UdsChannelBuilder.forPath(path, creds).build();
  }

  @Test
  void withoutUsePlaintext() throws Exception {
    sockets.serve(path, new EchoGreeter());
    assertCannotTalk(
        ManagedChannelBuilder.forTarget("unix:" + path).build(),
        "wants TLS, and the server speaks plain text",
        "usePlaintext()");
  }

  @Test
  void plainTextAgainstTls() throws Exception {
    serve(server.serving());
    assertCannotTalk(channel(PLAIN), "speak TLS", "the server's log");
  }

  @Test
  void anAlertOfTls() throws Exception {
    answer(new byte[] {0x15, 3, 3, 0, 2, 2, 10});
    assertCannotTalk(channel(PLAIN), "the server speaks TLS", "TlsChannelCredentials");
  }

  @Test
  void aCertificateThatIsNotTrusted() throws Exception {
    serve(server.serving());
    assertCannotTalk(channel(other.trusted()), "certificate is not trusted", "trustManager(");
  }

  @Test
  void aCertificateForAnotherName() throws Exception {
    serve(other.serving());
    assertCannotTalk(channel(other.trusted()), "for another name", "overrideAuthority(");
  }

  @Test
  void aClientWithoutACertificate() throws Exception {
    serve(server.requiring(other));
    assertCannotTalk(channel(server.trusted()), "client certificate", "keyManager");
  }

  @Test
  void aServerOfHttp1() throws Exception {
    answer(
        "HTTP/1.1 400 Bad\u001b[2JRequest\r\nConnection: close\r\n\r\n"
            .getBytes(StandardCharsets.ISO_8859_1));
    assertCannotTalk(channel(PLAIN), "speaks HTTP/1.1", "HTTP/1.1 400 Bad\\x1b[2JRequest");
  }

  @Test
  void aServerOfHttp1AgainstTls() throws Exception {
    answer("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
    assertCannotTalk(channel(server.trusted()), "speaks HTTP/1.1", "another service");
  }

  @Test
  void aServerOfSomethingElse() throws Exception {
    answer(
        "220 mail.example ESMTP ready, and what else there may be to say\r\n"
            .getBytes(StandardCharsets.US_ASCII));
    assertCannotTalk(channel(PLAIN), "does not speak HTTP/2", "220 mail.example ESMTP");
  }

  @Test
  void controlCharactersOfAServer() throws Exception {
    sockets.serve(
        path,
        new EchoGreeter() {
          @Override
          public void sayHello(HelloRequest request, StreamObserver<HelloReply> replies) {
            replies.onError(
                Status.ABORTED.withDescription("a\u001b[31mb\u0000\u009b\tc\nd").asException());
          }
        });
    assertEquals("a\\x1b[31mb\\x00\\x9b\tc\nd", failure(sockets.channel(path)).getDescription());
  }

  /** Says something to each client, and closes when the client does. */
  private void answer(byte[] said) throws IOException {
    raw = new RawServer(path, client -> answer(client, said));
  }

  private static void answer(Socket client, byte[] said) throws IOException {
    client.getOutputStream().write(said);
    client.shutdownOutput();
    while (client.getInputStream().read() >= 0) {
      // What it wants to say is of no interest.
    }
    client.close();
  }
}
