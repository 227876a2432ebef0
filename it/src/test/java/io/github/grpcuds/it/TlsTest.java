package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.regex.Pattern;
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
  private static Identity authority;
  private static Identity expiredServer;
  private static Identity expiredClient;

  @RegisterExtension final Sockets sockets = new Sockets();
  @RegisterExtension final OffenderLines log = new OffenderLines();

  private String path;

  /** The authority of a channel is localhost, and so is the name that it asks for. */
  @BeforeAll
  static void makeCertificates() throws Exception {
    server = Identity.create(certificates, "server", "localhost");
    serverOfAnotherName = Identity.create(certificates, "other", "other.example");
    client = Identity.create(certificates, "client", "client.example");
    stranger = Identity.create(certificates, "stranger", "localhost");
    authority = Identity.create(certificates, "authority", "ca.example");
    expiredServer = authority.signExpired(certificates, "expiredServer", "localhost");
    expiredClient = authority.signExpired(certificates, "expiredClient", "client.example");
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

  private byte[] echo(ChannelCredentials creds) {
    return ByteEcho.echo(channel(creds), MESSAGE);
  }

  private void assertServed(ChannelCredentials creds) {
    assertArrayEquals(MESSAGE, echo(creds));
  }

  /**
   * Both ends say why.
   *
   * @param clientSays what the status or a cause of it says
   * @param serverSays what the log says, after the address
   */
  private void assertTurnedAway(ChannelCredentials creds, String clientSays, String serverSays)
      throws Exception {
    assertRefuses(creds, clientSays);
    String line = log.next();
    assertTrue(line.startsWith("Closed a connection to unix:" + path + ": "), line);
    assertSays(serverSays, line);
  }

  /** At once: a call that hung would end with DEADLINE_EXCEEDED. */
  private void assertRefuses(ChannelCredentials creds, String clientSays) {
    StatusRuntimeException e = assertThrows(StatusRuntimeException.class, () -> echo(creds));
    assertEquals(Status.Code.UNAVAILABLE, e.getStatus().getCode(), e.getStatus().toString());
    StringBuilder said = new StringBuilder();
    for (Throwable t = e; t != null; t = t.getCause()) {
      said.append(t).append('\n');
    }
    assertSays(clientSays, said.toString());
  }

  private static void assertSays(String pattern, String text) {
    assertTrue(Pattern.compile(pattern).matcher(text).find(), () -> pattern + " is not in " + text);
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
    assertTurnedAway(
        trusting(stranger),
        "PKIX path building failed",
        "Received fatal alert: certificate_unknown");
    assertServed(trusting(server));
  }

  @Test
  void serverOfAnotherNameIsNotTrusted() throws Exception {
    serve(tls(serverOfAnotherName));
    assertRefuses(trusting(serverOfAnotherName), "Cannot verify hostname: localhost");
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
    assertTurnedAway(
        trusting(server),
        "UNAVAILABLE",
        "the client sent no certificate, and this server requires one");
    assertServed(client.trusting(server));
  }

  @Test
  void clientOfAnUnknownAuthorityIsTurnedAway() throws Exception {
    serve(server.requiring(client));
    assertTurnedAway(
        stranger.trusting(server),
        "UNAVAILABLE",
        "the client sent no certificate|certification path");
    assertServed(client.trusting(server));
  }

  @Test
  void serverWhoseCertificateHasExpiredIsNotTrusted() throws Exception {
    serve(tls(expiredServer));
    assertTurnedAway(
        trusting(authority),
        "CertificateExpiredException|validity check failed",
        "Received fatal alert: certificate_(expired|unknown)");
  }

  @Test
  void clientWhoseCertificateHasExpiredIsTurnedAway() throws Exception {
    serve(server.requiring(authority));
    assertTurnedAway(
        expiredClient.trusting(server),
        "UNAVAILABLE",
        "the TLS handshake failed: .*(NotAfter|validity check failed)");
  }

  @Test
  void clientInPlainTextIsTurnedAway() throws Exception {
    serve(tls(server));
    assertTurnedAway(
        PLAIN_CLIENT,
        "UNAVAILABLE: Cannot talk to .* closed the connection before its SETTINGS: .* speak TLS",
        "the client speaks plain text .* this socket wants TLS");
    assertServed(trusting(server));
  }

  @Test
  void serverInPlainTextIsNotTrusted() throws Exception {
    serve(PLAIN_SERVER);
    assertTurnedAway(
        trusting(server),
        "Unsupported or unrecognized SSL message",
        "it speaks TLS, and this socket takes plain text");
    assertServed(PLAIN_CLIENT);
  }

  @Test
  void openCallsAreNotTouchedByTheFailuresOfOthers() throws Exception {
    serve(server.requiring(client));
    ManagedChannel good = channel(client.trusting(server));
    assertArrayEquals(MESSAGE, ByteEcho.echo(good, MESSAGE));
    for (int i = 0; i < 10; i++) {
      assertThrows(StatusRuntimeException.class, () -> echo(trusting(server)));
      assertThrows(StatusRuntimeException.class, () -> echo(PLAIN_CLIENT));
    }
    ByteEcho.callInEveryKind(good, 100_000);
  }
}
