package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.grpcuds.testkit.ChildProcess;
import io.grpc.ChannelCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** A private key and a certificate that nobody but itself has signed, as PEM files. */
final class Identity {
  private static final String PASSWORD = "password";
  private static final String ALIAS = "id";

  private static Identity localhost; // null until a test wants it

  final Path certificate;
  final Path key;
  private final KeyStore keys; // null if another has signed it

  private Identity(Path certificate, Path key, KeyStore keys) {
    this.certificate = certificate;
    this.key = key;
    this.keys = keys;
  }

  /** One for localhost, which all tests share. */
  static synchronized Identity localhost() {
    if (localhost == null) {
      try {
        Path dir = Files.createTempDirectory("uds");
        dir.toFile().deleteOnExit();
        localhost = create(dir, "localhost", "localhost");
        for (File file : dir.toFile().listFiles()) {
          file.deleteOnExit();
        }
      } catch (Exception e) {
        throw new IllegalStateException("no identity", e);
      }
    }
    return localhost;
  }

  /**
   * Made by the keytool of this JDK.
   *
   * @param host what the certificate is for, as its subject alternative name
   */
  static Identity create(Path dir, String name, String host) throws Exception {
    Path store = dir.resolve(name + ".p12");
    keytool(
        store,
        "-genkeypair",
        "-keyalg",
        "RSA",
        "-keysize",
        "2048",
        "-dname",
        "CN=" + name,
        "-ext",
        "san=dns:" + host);
    return read(dir, name, store);
  }

  /** One that this one has signed, for a day, and that a day ago. */
  Identity signExpired(Path dir, String name, String host) throws Exception {
    create(dir, name, host);
    Path request = dir.resolve(name + ".csr");
    Path signed = dir.resolve(name + ".signed");
    Path store = dir.resolve(name + ".p12");
    Path own =
        certificate.resolveSibling(certificate.getFileName().toString().replace(".pem", ".p12"));
    keytool(store, "-certreq", "-file", request.toString());
    keytool(
        own,
        "-gencert",
        "-infile",
        request.toString(),
        "-outfile",
        signed.toString(),
        "-startdate",
        "-2d",
        "-validity",
        "1",
        "-ext",
        "san=dns:" + host);
    Files.write(
        signed,
        Arrays.asList(
            "-----BEGIN CERTIFICATE-----",
            Base64.getMimeEncoder().encodeToString(Files.readAllBytes(signed)),
            "-----END CERTIFICATE-----"));
    return new Identity(signed, dir.resolve(name + ".key"), null);
  }

  private static void keytool(Path store, String command, String... options) throws Exception {
    List<String> line =
        new ArrayList<>(
            Arrays.asList(
                Paths.get(System.getProperty("java.home"), "bin", "keytool").toString(),
                command,
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keypass",
                PASSWORD,
                "-alias",
                ALIAS));
    line.addAll(Arrays.asList(options));
    try (ChildProcess keytool = ChildProcess.start(line)) {
      assertEquals(0, keytool.awaitExit(), () -> "keytool said " + keytool.output());
    }
  }

  /** Credentials of a server with this identity. */
  ServerCredentials serving() throws IOException {
    return TlsServerCredentials.create(certificate.toFile(), key.toFile());
  }

  /** Credentials of a client that trusts a server with this identity alone. */
  ChannelCredentials trusted() throws IOException {
    return TlsChannelCredentials.newBuilder().trustManager(certificate.toFile()).build();
  }

  /** Shakes hands with a client, and agrees with it on HTTP/2. */
  Socket accept(Socket client) throws IOException {
    try {
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(keys, PASSWORD.toCharArray());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(factory.getKeyManagers(), null, null);
      SSLSocket socket =
          (SSLSocket) context.getSocketFactory().createSocket(client, "localhost", 0, true);
      socket.setUseClientMode(false);
      SSLParameters parameters = socket.getSSLParameters();
      // Java 9's, which later versions of 8 have as well.
      SSLParameters.class
          .getMethod("setApplicationProtocols", String[].class)
          .invoke(parameters, (Object) new String[] {"h2"});
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      return socket;
    } catch (GeneralSecurityException | ReflectiveOperationException e) {
      throw new IllegalStateException("no TLS", e);
    }
  }

  /** Credentials of a server with this identity that asks its clients for that one. */
  ServerCredentials requiring(Identity trusted) throws IOException {
    return TlsServerCredentials.newBuilder()
        .keyManager(certificate.toFile(), key.toFile())
        .trustManager(trusted.certificate.toFile())
        .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
        .build();
  }

  /** Credentials of a client with this identity that trusts that server alone. */
  ChannelCredentials trusting(Identity trusted) throws IOException {
    return TlsChannelCredentials.newBuilder()
        .keyManager(certificate.toFile(), key.toFile())
        .trustManager(trusted.certificate.toFile())
        .build();
  }

  private static Identity read(Path dir, String name, Path store)
      throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return new Identity(
        pem(dir.resolve(name + ".pem"), "CERTIFICATE", keys.getCertificate(ALIAS).getEncoded()),
        pem(
            dir.resolve(name + ".key"),
            "PRIVATE KEY",
            keys.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded()),
        keys);
  }

  private static Path pem(Path file, String type, byte[] content) throws IOException {
    String text =
        String.format(
            "-----BEGIN %s-----%n%s%n-----END %s-----%n",
            type, Base64.getMimeEncoder().encodeToString(content), type);
    return Files.write(file, text.getBytes(StandardCharsets.US_ASCII));
  }
}
