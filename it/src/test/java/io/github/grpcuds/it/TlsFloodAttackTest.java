package io.github.grpcuds.it;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server with TLS, and clients that keep it busy with handshakes. */
class TlsFloodAttackTest extends AttackTestBase {
  @TempDir static Path certificates;

  private static Identity identity;

  @BeforeAll
  static void makeCertificate() throws Exception {
    identity = Identity.create(certificates, "server", "localhost");
  }

  @Override
  AttackedServer newServer() throws Exception {
    return AttackedServer.startWithTls(identity, "-Xmx256m");
  }

  /** Each costs the server a key exchange. */
  @Test
  void hellosOnNewConnections() throws Exception {
    byte[] hello = TlsAttackTest.clientHello();
    attack(
        "TLS: ClientHello and close",
        Expectation.BOUNDED,
        siege -> {
          while (siege.hasTime()) {
            try (RawAttacker attacker = siege.newAttacker()) {
              attacker.write(hello);
            }
          }
        });
  }
}
