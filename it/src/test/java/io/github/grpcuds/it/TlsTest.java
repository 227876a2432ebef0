package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.server.UdsServerBuilder;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {
  private static final byte[] MESSAGE = ByteEcho.random(100);
  private static final ChannelCredentials PLAIN_CLIENT = InsecureChannelCredentials.create();
  private static final ServerCredentials PLAIN_SERVER = InsecureServerCredentials.create();

  @TempDir static Path certificates;

  private static Identity server;
  private static Identity serverOfAnotherName;
  private static Identity client;
  private static Identity stranger;

  @RegisterExtension final Sockets sockets = new Sockets();

  private String path;

  /** The authority of a channel is localhost, and so is the name that it asks for. */
  @BeforeAll
  static void makeCertificates() throws Exception {
    server = Identity.create(certificates, "server", "localhost");
    serverOfAnotherName = Identity.create(certificates, "other", "other.example");
    client = Identity.create(certificates, "client", "client.example");
    stranger = Identity.create(certificates, "stranger", "localhost");
  }

  @BeforeEach
  void choosePath() {
    path = sockets.path("s");
  }

  private static ServerCredentials tls(Identity identity) throws IOException {
    return TlsServerCredentials.create(identity.certificate.toFile(), identity.key.toFile());
  }

  private static ChannelCredentials trusting(Identity trusted) throws IOException {
    return TlsChannelCredentials.newBuilder().trustManager(trusted.certificate.toFile()).build();
  }

  private void serve(ServerCredentials creds) throws IOException {
    sockets.start(UdsServerBuilder.forPath(path, creds).addService(new ByteEcho()));
  }

  private ManagedChannel channel(ChannelCredentials creds) {
    return sockets.open(UdsChannelBuilder.forPath(path, creds));
  }

  private void assertServed(ChannelCredentials creds) {
    assertArrayEquals(MESSAGE, ByteEcho.echo(channel(creds), MESSAGE));
  }

  /** At once: a call that hung would end with DEADLINE_EXCEEDED. */
  private void assertTurnedAway(ChannelCredentials creds) {
    assertUnavailable(channel(creds));
  }

  private static void assertUnavailable(ManagedChannel channel) {
    StatusRuntimeException e =
        assertThrows(StatusRuntimeException.class, () -> ByteEcho.echo(channel, MESSAGE));
    assertEquals(Status.Code.UNAVAILABLE, e.getStatus().getCode(), e.getStatus().toString());
  }

  @Test
  void allKindsOfCallsOverTls() throws Exception {
    serve(tls(server));
    ByteEcho.callInEveryKind(channel(trusting(server)), 1_000_000);
  }

  @Test
  void allKindsOfCallsOverMutualTls() throws Exception {
    serve(server.requiring(client));
    ByteEcho.callInEveryKind(channel(client.trusting(server)), 1_000_000);
  }

  @Test
  void credentialsWorkByTargetToo() throws Exception {
    serve(tls(server));
    ManagedChannel channel =
        sockets.add(Grpc.newChannelBuilder("unix:" + path, trusting(server)).build());
    assertArrayEquals(MESSAGE, ByteEcho.echo(channel, MESSAGE));
  }

  @Test
  void serverSeesTheClientsCertificate() throws Exception {
    AtomicReference<SSLSession> session = new AtomicReference<>();
    ServerInterceptor note =
        new ServerInterceptor() {
          @Override
          public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
              ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
            session.set(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
            return next.startCall(call, headers);
          }
        };
    sockets.start(
        UdsServerBuilder.forPath(path, server.requiring(client))
            .addService(new ByteEcho())
            .intercept(note));
    assertServed(client.trusting(server));
    X509Certificate seen = (X509Certificate) session.get().getPeerCertificates()[0];
    assertEquals("CN=client", seen.getSubjectX500Principal().getName());
  }

  @Test
  void serverOfAnUnknownAuthorityIsNotTrusted() throws Exception {
    serve(tls(server));
    assertTurnedAway(trusting(stranger));
    assertServed(trusting(server));
  }

  @Test
  void serverOfAnotherNameIsNotTrusted() throws Exception {
    serve(tls(serverOfAnotherName));
    assertTurnedAway(trusting(serverOfAnotherName));
    assertArrayEquals(
        MESSAGE,
        ByteEcho.echo(
            sockets.open(
                UdsChannelBuilder.forPath(path, trusting(serverOfAnotherName))
                    .overrideAuthority("other.example")),
            MESSAGE));
  }

  @Test
  void clientWithoutACertificateIsTurnedAway() throws Exception {
    serve(server.requiring(client));
    assertTurnedAway(trusting(server));
    assertServed(client.trusting(server));
  }

  @Test
  void clientOfAnUnknownAuthorityIsTurnedAway() throws Exception {
    serve(server.requiring(client));
    assertTurnedAway(stranger.trusting(server));
    assertServed(client.trusting(server));
  }

  @Test
  void clientInPlainTextIsTurnedAway() throws Exception {
    serve(tls(server));
    assertTurnedAway(PLAIN_CLIENT);
    assertServed(trusting(server));
  }

  @Test
  void serverInPlainTextIsNotTrusted() throws Exception {
    serve(PLAIN_SERVER);
    assertTurnedAway(trusting(server));
    assertServed(PLAIN_CLIENT);
  }

  @Test
  void openCallsAreNotTouchedByTheFailuresOfOthers() throws Exception {
    serve(server.requiring(client));
    ManagedChannel good = channel(client.trusting(server));
    assertArrayEquals(MESSAGE, ByteEcho.echo(good, MESSAGE));
    for (int i = 0; i < 10; i++) {
      assertTurnedAway(trusting(server));
      assertTurnedAway(PLAIN_CLIENT);
    }
    ByteEcho.callInEveryKind(good, 100_000);
  }
}
