package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.grpcuds.testkit.ChildProcess;
import io.grpc.ChannelCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import java.io.IOException;
import java.io.InputStream;
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

/** A private key and a certificate that nobody but itself has signed, as PEM files. */
final class Identity {
  private static final String PASSWORD = "password";
  private static final String ALIAS = "id";

  final Path certificate;
  final Path key;

  private Identity(Path certificate, Path key) {
    this.certificate = certificate;
    this.key = key;
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
    return new Identity(signed, dir.resolve(name + ".key"));
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
            keys.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded()));
  }

  private static Path pem(Path file, String type, byte[] content) throws IOException {
    String text =
        String.format(
            "-----BEGIN %s-----%n%s%n-----END %s-----%n",
            type, Base64.getMimeEncoder().encodeToString(content), type);
    return Files.write(file, text.getBytes(StandardCharsets.US_ASCII));
  }
}
