package io.github.grpcuds.it;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server with TLS, and clients that get nowhere near a call. */
class TlsAttackTest extends AttackTestBase {
  private static final int CONNECTIONS = 100;
  private static final Expectation CUT = Expectation.cutOff();

  @TempDir static Path certificates;

  private static Identity identity;

  @BeforeAll
  static void makeCertificate() throws Exception {
    identity = Identity.create(certificates, "server", "localhost");
  }

  @Override
  AttackedServer newServer() throws Exception {
    return AttackedServer.startWithTls(
        identity, "-Xmx256m", AttackServer.Option.HANDSHAKE_SECONDS.flag(1));
  }

  /** The first bytes of a client that speaks TLS. */
  static byte[] clientHello() throws GeneralSecurityException, SSLException {
    SSLEngine engine = SSLContext.getDefault().createSSLEngine("localhost", 443);
    engine.setUseClientMode(true);
    ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), hello);
    return Arrays.copyOf(hello.array(), hello.position());
  }

  private static Siege.Plan silenceAfter(byte[] written) {
    return siege -> {
      for (int i = 0; i < CONNECTIONS; i++) {
        siege.connect().read().write(written);
      }
      siege.hold();
    };
  }

  @Test
  void silenceAfterConnect() throws Exception {
    attack("TLS: silent after connect", CUT, silenceAfter(new byte[0]));
  }

  @Test
  void silenceAfterHalfAHello() throws Exception {
    byte[] hello = clientHello();
    attack(
        "TLS: silent after half a ClientHello",
        CUT,
        silenceAfter(Arrays.copyOf(hello, hello.length / 2)));
  }

  @Test
  void silenceAfterTheHello() throws Exception {
    attack("TLS: silent after a ClientHello", CUT, silenceAfter(clientHello()));
  }

  @Test
  void plaintext() throws Exception {
    attack(
        "TLS: plaintext",
        CUT,
        silenceAfter(
            RawFrames.join(
                RawFrames.PREFACE, RawFrames.settings(), RawFrames.call(1, "/a.A/Echo"))));
  }

  @Test
  void garbage() throws Exception {
    byte[] garbage = ByteEcho.random(100_000);
    attack("TLS: garbage", CUT, siege -> siege.flood(siege.connect().read(), garbage));
  }
}
