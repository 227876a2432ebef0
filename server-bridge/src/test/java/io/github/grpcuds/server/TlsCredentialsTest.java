package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.ChoiceServerCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TlsCredentialsTest {
  private static final class Unknown extends ServerCredentials {}

  private static ServerCredentials tls(String certificate, String key, String password)
      throws IOException {
    return TlsServerCredentials.newBuilder()
        .keyManager(Pem.open(certificate), Pem.open(key), password)
        .build();
  }

  /** Serves a client. */
  private static void assertUsable(String certificate, ServerCredentials creds) throws Exception {
    ByteFilter filter = TlsCredentials.read(creds).newFilter();
    TlsPair pair =
        new TlsPair(
            TlsPair.client(TlsPair.clientContext(certificate, "client"), "TLSv1.2", "h2"), filter);
    pair.handshake();
    assertTrue(filter.isEstablished(), "established");
  }

  private static String refusal(ServerCredentials creds) {
    return assertThrows(IllegalArgumentException.class, () -> TlsCredentials.read(creds))
        .getMessage();
  }

  @Test
  void insecureIsPlainText() {
    TlsConfig config = TlsCredentials.read(InsecureServerCredentials.create());
    assertSame(TlsConfig.PLAIN_TEXT, config);
    assertFalse(config.isTls());
    assertInstanceOf(PlainFilter.class, config.newFilter());
  }

  @Test
  void unknownKindsAreNamed() {
    assertEquals(
        "unknown kind of server credentials: [" + Unknown.class.getName() + "]",
        refusal(new Unknown()));
    ServerCredentials fake =
        TlsServerCredentials.newBuilder()
            .requireFakeFeature()
            .keyManager(new KeyManager[0])
            .build();
    assertEquals(
        "unknown kind of server credentials: [io.grpc.TlsServerCredentials with [FAKE]]",
        refusal(fake));
  }

  @Test
  void firstUnderstoodChoiceCounts() throws Exception {
    ServerCredentials plain = InsecureServerCredentials.create();
    ServerCredentials tls = TlsPair.credentials("server");
    ServerCredentials unknown = new Unknown();
    assertFalse(choice(unknown, plain, tls).isTls());
    assertTrue(choice(unknown, ChoiceServerCredentials.create(unknown, tls), plain).isTls());
    String name = Unknown.class.getName();
    assertEquals(
        "unknown kind of server credentials: [" + name + ", " + name + "]",
        refusal(ChoiceServerCredentials.create(unknown, unknown)));
  }

  private static TlsConfig choice(ServerCredentials... choices) {
    return TlsCredentials.read(ChoiceServerCredentials.create(choices));
  }

  @ParameterizedTest
  @CsvSource({
    "server, server.key,",
    "server, server-encrypted.key, secret",
    "server, server-pkcs1.key,",
    "ec, ec.key,",
    "ec, ec-sec1.key,"
  })
  void keysInEveryForm(String certificate, String key, String password) throws Exception {
    assertUsable(certificate, tls(certificate + ".pem", key, password));
  }

  @ParameterizedTest
  @CsvSource({
    "server-encrypted.key, , 'the private key is encrypted, and there is no password'",
    "server-encrypted.key, wrong, the private key does not open with its password",
    "server-pkcs1-encrypted.key, secret, "
        + "OpenSSL's own encryption of \"RSA PRIVATE KEY\" is not supported: openssl pkcs8 -topk8",
    "server.pem, , no private key in PEM form (-----BEGIN PRIVATE KEY-----)"
  })
  void unusableKeyIsNamed(String key, String password, String message) throws Exception {
    assertEquals("unusable TLS credentials: " + message, refusal(tls("server.pem", key, password)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n\n-----END PRIVATE KEY-----",
        "-----BEGIN EC PRIVATE KEY-----\nMAA=\n-----END EC PRIVATE KEY-----",
        "-----BEGIN EC PRIVATE KEY-----\nMIT/////\n-----END EC PRIVATE KEY-----",
        "-----BEGIN EC PRIVATE KEY-----\nMA==\n-----END EC PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nMAA=\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----",
        "-----BEGIN DSA PRIVATE KEY-----\nMAA=\n-----END DSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nA\n-----END PRIVATE KEY-----"
      })
  void brokenKeyIsRefused(String key) throws Exception {
    ServerCredentials creds =
        TlsServerCredentials.newBuilder()
            .keyManager(Pem.open("server.pem"), bytes(key), "secret")
            .build();
    assertTrue(refusal(creds).startsWith("unusable TLS credentials: "), refusal(creds));
  }

  private static InputStream bytes(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void unusableCertificateIsNamed() throws Exception {
    String refusal = refusal(tls("server.key", "server.key", null));
    assertTrue(refusal.contains("certificate chain"), refusal);
    ServerCredentials noRoots =
        TlsServerCredentials.newBuilder()
            .keyManager(Pem.open("server.pem"), Pem.open("server.key"))
            .trustManager(bytes(""))
            .build();
    assertEquals(
        "unusable TLS credentials: no X.509 certificate in the root certificates",
        refusal(noRoots));
  }

  @Test
  void keyOfAnotherCertificateIsRefused() throws Exception {
    String message =
        "unusable TLS credentials: the private key is not that of the first certificate";
    assertEquals(message, refusal(tls("server.pem", "ec.key", null)));
    assertEquals(message, refusal(tls("client.pem", "ec.key", null)));
  }

  @Test
  void managersOfTheUser() throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    Certificate server =
        CertificateFactory.getInstance("X.509").generateCertificate(Pem.open("server.pem"));
    store.setKeyEntry(
        "server",
        PrivateKeys.read(Pem.read("server.key"), null),
        new char[0],
        new Certificate[] {server});
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, new char[0]);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
    roots.load(null, null);
    roots.setCertificateEntry(
        "client",
        CertificateFactory.getInstance("X.509").generateCertificate(Pem.open("client.pem")));
    trust.init(roots);
    TrustManager[] trustManagers = trust.getTrustManagers();
    assertUsable(
        "server",
        TlsServerCredentials.newBuilder()
            .keyManager(keys.getKeyManagers())
            .trustManager(trustManagers)
            .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
            .build());
  }

  @Test
  void suitesThatRfc9113BlocksAreOff() {
    assertTrue(TlsConfig.isForHttp2("TLS_AES_128_GCM_SHA256"));
    assertTrue(TlsConfig.isForHttp2("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"));
    assertTrue(TlsConfig.isForHttp2("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"));
    assertFalse(TlsConfig.isForHttp2("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"));
    assertFalse(TlsConfig.isForHttp2("TLS_RSA_WITH_AES_128_GCM_SHA256"));
    assertFalse(TlsConfig.isForHttp2("TLS_ECDH_RSA_WITH_AES_128_GCM_SHA256"));
    assertFalse(TlsConfig.isForHttp2("TLS_EMPTY_RENEGOTIATION_INFO_SCSV"));
  }
}
