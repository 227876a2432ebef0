package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.Deadline;
import io.grpc.ChannelCredentials;
import io.grpc.ClientCall;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Certificates that change while servers and channels run, by gRPC's own managers. */
class TlsReloadTest {
  private static final byte[] MESSAGE = ByteEcho.random(100);

  @TempDir static Path certificates;

  private static Identity oldServer;
  private static Identity newServer;
  private static Identity oldClient;
  private static Identity newClient;

  @RegisterExtension final Sockets sockets = new Sockets();

  @TempDir Path folder;

  private final AdvancedTlsX509KeyManager serverKey = new AdvancedTlsX509KeyManager();
  private final AdvancedTlsX509KeyManager clientKey = new AdvancedTlsX509KeyManager();
  private AdvancedTlsX509TrustManager serverTrust;
  private AdvancedTlsX509TrustManager clientTrust;
  private String path;

  /** 1.60 of grpc-java declares an exception. */
  TlsReloadTest() throws Exception {}

  @BeforeAll
  static void makeCertificates() throws Exception {
    oldServer = Identity.create(certificates, "oldServer", "localhost");
    newServer = Identity.create(certificates, "newServer", "localhost");
    oldClient = Identity.create(certificates, "oldClient", "client.example");
    newClient = Identity.create(certificates, "newClient", "client.example");
  }

  @BeforeEach
  void serve() throws Exception {
    serverTrust = AdvancedTlsX509TrustManager.newBuilder().build();
    clientTrust = AdvancedTlsX509TrustManager.newBuilder().build();
    use(serverKey, oldServer);
    use(clientKey, oldClient);
    trust(serverTrust, oldClient);
    trust(clientTrust, oldServer);
    path = sockets.path("s");
    sockets.start(
        UdsServerBuilder.forPath(
                path,
                TlsServerCredentials.newBuilder()
                    .keyManager(serverKey)
                    .trustManager(serverTrust)
                    .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
                    .build())
            .addService(new ByteEcho()));
  }

  /** From files that are overwritten, as who renews certificates does it. */
  @SuppressWarnings({"deprecation", "InlineMeInliner"}) // as the oldest grpc-java has them
  private void use(AdvancedTlsX509KeyManager manager, Identity identity) throws Exception {
    Path certificate = folder.resolve("certificate");
    Path key = folder.resolve("key");
    Files.copy(identity.certificate, certificate, StandardCopyOption.REPLACE_EXISTING);
    Files.copy(identity.key, key, StandardCopyOption.REPLACE_EXISTING);
    manager.updateIdentityCredentialsFromFile(key.toFile(), certificate.toFile());
  }

  @SuppressWarnings({"deprecation", "InlineMeInliner"})
  private void trust(AdvancedTlsX509TrustManager manager, Identity... identities) throws Exception {
    Path file = folder.resolve("trusted");
    Files.deleteIfExists(file);
    try (OutputStream out = Files.newOutputStream(file)) {
      for (Identity identity : identities) {
        out.write(Files.readAllBytes(identity.certificate));
      }
    }
    manager.updateTrustCredentialsFromFile(file.toFile());
  }

  private ManagedChannel channel() {
    ChannelCredentials creds =
        TlsChannelCredentials.newBuilder().keyManager(clientKey).trustManager(clientTrust).build();
    return sockets.open(UdsChannelBuilder.forPath(path, creds));
  }

  /** The name in the certificate of the server that answers a call. */
  private static String server(ManagedChannel channel) throws Exception {
    CompletableFuture<Status> end = new CompletableFuture<>();
    ClientCall<byte[], byte[]> call = channel.newCall(ByteEcho.ECHO, ByteEcho.within(60));
    call.start(
        new ClientCall.Listener<byte[]>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            end.complete(status);
          }
        },
        new Metadata());
    call.sendMessage(MESSAGE);
    call.halfClose();
    call.request(2);
    assertEquals(Status.OK, end.get(Deadline.SECONDS, TimeUnit.SECONDS));
    SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    X509Certificate certificate = (X509Certificate) session.getPeerCertificates()[0];
    return certificate.getSubjectX500Principal().getName();
  }

  private static void assertTurnedAway(ManagedChannel channel) {
    StatusRuntimeException e =
        assertThrows(StatusRuntimeException.class, () -> ByteEcho.echo(channel, MESSAGE));
    assertEquals(Status.Code.UNAVAILABLE, e.getStatus().getCode(), e.getStatus().toString());
  }

  /** Ends the channel's connection; the next call makes another. */
  private static void reconnect(ManagedChannel channel) {
    channel.enterIdle();
  }

  @Test
  void newConnectionsGetTheNewCertificateAndOldOnesGoOn() throws Exception {
    trust(clientTrust, oldServer, newServer);
    ManagedChannel before = channel();
    assertEquals("CN=oldServer", server(before));
    use(serverKey, newServer);
    assertEquals("CN=newServer", server(channel()));
    assertEquals("CN=oldServer", server(before));
    ByteEcho.callInEveryKind(before, 100_000);
  }

  @Test
  void channelThatConnectsAgainGetsTheNewCertificate() throws Exception {
    trust(clientTrust, oldServer, newServer);
    ManagedChannel channel = channel();
    assertEquals("CN=oldServer", server(channel));
    use(serverKey, newServer);
    reconnect(channel);
    assertEquals("CN=newServer", server(channel));
  }

  @Test
  void clientThatIsNoLongerTrustedIsTurnedAway() throws Exception {
    ManagedChannel before = channel();
    assertArrayEquals(MESSAGE, ByteEcho.echo(before, MESSAGE));
    trust(serverTrust, newClient);
    assertTurnedAway(channel());
    assertArrayEquals(MESSAGE, ByteEcho.echo(before, MESSAGE));
    use(clientKey, newClient);
    assertArrayEquals(MESSAGE, ByteEcho.echo(channel(), MESSAGE));
  }

  @Test
  void clientThatIsNoLongerTrustedMayNotConnectAgain() throws Exception {
    ManagedChannel channel = channel();
    assertArrayEquals(MESSAGE, ByteEcho.echo(channel, MESSAGE));
    trust(serverTrust, newClient);
    reconnect(channel);
    assertTurnedAway(channel);
  }

  @Test
  void serverThatIsNoLongerTrustedIsNotSpokenTo() throws Exception {
    ManagedChannel channel = channel();
    assertEquals("CN=oldServer", server(channel));
    trust(clientTrust, newServer);
    assertTurnedAway(channel());
    use(serverKey, newServer);
    assertEquals("CN=newServer", server(channel()));
  }
}
