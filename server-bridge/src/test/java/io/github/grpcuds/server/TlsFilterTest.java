package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials.ClientAuth;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TlsFilterTest {
  private static final String TLS_13 = "TLSv1.3";
  private static final String TLS_12 = "TLSv1.2";
  private static final String H2 = "h2";
  private static final byte[] HELLO = "hello".getBytes(StandardCharsets.US_ASCII);

  private static TlsFilter filter(ServerCredentials creds) {
    return (TlsFilter) TlsCredentials.read(creds).newFilter();
  }

  private static TlsFilter filter() throws IOException {
    return filter(TlsPair.credentials("server"));
  }

  private static SSLEngine client(String protocol, String... alpn) throws Exception {
    return TlsPair.client(TlsPair.clientContext("server", null), protocol, alpn);
  }

  private static SSLEngine client(String protocol, Who who) throws Exception {
    return TlsPair.client(TlsPair.clientContext("server", who.identity), protocol, H2);
  }

  /** Who a client is. */
  private enum Who {
    NOBODY(null),
    CLIENT("client"),
    STRANGER("stranger");

    final String identity;

    Who(String identity) {
      this.identity = identity;
    }
  }

  private static TlsPair unconnected(String protocol) throws Exception {
    return new TlsPair(client(protocol, H2), filter());
  }

  private static TlsPair connected(String protocol) throws Exception {
    TlsPair pair = unconnected(protocol);
    pair.handshake();
    assertTrue(pair.server.isEstablished(), "established");
    return pair;
  }

  private static byte[] random(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static String failure(TlsPair pair) {
    IOException e = assertThrows(IOException.class, pair::handshake);
    assertFalse(pair.server.isEstablished(), "established");
    return e.getMessage();
  }

  private static void assertContains(String part, String text) {
    assertTrue(text.contains(part), () -> "\"" + part + "\" is not in: " + text);
  }

  private static void assertEcho(TlsPair pair) throws IOException {
    pair.clientSends(HELLO);
    pair.serverSends(HELLO);
    pair.exchange();
    assertArrayEquals(HELLO, pair.atServer.toByteArray());
    assertArrayEquals(HELLO, pair.atClient.toByteArray());
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_13, TLS_12})
  void handshakeThenDataBothWays(String protocol) throws Exception {
    TlsPair pair = connected(protocol);
    assertEcho(pair);
    assertEquals(protocol, ((TlsFilter) pair.server).session().getProtocol());
    assertTrue(TlsConfig.isForHttp2(pair.client.getSession().getCipherSuite()));
    assertTrue(pair.tasks > 0, "tasks are handed out");
    assertFalse(pair.server.wantsOutput(), "wants output at rest");
    assertNull(pair.server.takeTask());
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_13, TLS_12})
  void handshakeByteByByte(String protocol) throws Exception {
    TlsPair pair = new TlsPair(client(protocol, "http/1.1", H2), filter(), 1, 1);
    pair.handshake();
    assertTrue(pair.server.isEstablished(), "established");
    assertEcho(pair);
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_13, TLS_12})
  void nothingIsSentBeforeTheHandshake(String protocol) throws Exception {
    TlsPair pair = unconnected(protocol);
    assertFalse(pair.server.wantsOutput(), "wants output before the client's first bytes");
    assertEquals(0, pair.server.output(HELLO, 0, HELLO.length, pair.toClient::write));
    assertEquals(0, pair.toClient.size());
    pair.handshake();
    assertEcho(pair);
  }

  @ParameterizedTest
  @CsvSource({"TLSv1.3, 1", "TLSv1.3, 2", "TLSv1.2, 3", "TLSv1.2, 4"})
  void muchDataInChunksOfAnySize(String protocol, long seed) throws Exception {
    int[] chunks = {7, 3000, 20_000, 65_536};
    for (int chunk : chunks) {
      TlsPair pair = new TlsPair(client(protocol, H2), filter(), chunk, seed);
      pair.handshake();
      byte[] up = random(chunk < 100 ? 100_000 : 1_000_000, seed);
      byte[] down = random(1_000_000, seed + 1);
      pair.clientSends(up);
      pair.serverSends(down);
      pair.exchange();
      assertArrayEquals(up, pair.atServer.toByteArray());
      assertArrayEquals(down, pair.atClient.toByteArray());
    }
  }

  @Test
  void outputOfOneCallComesInOnePiece() throws Exception {
    TlsPair pair = connected(TLS_13);
    int[] pieces = new int[1];
    byte[] bytes = random(64 * 1024, 1);
    int taken = pair.server.output(bytes, 0, bytes.length, (b, offset, length) -> pieces[0]++);
    assertEquals(bytes.length, taken);
    assertEquals(1, pieces[0]);
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_13, TLS_12})
  void inputWaitsWhileATaskRuns(String protocol) throws Exception {
    TlsPair pair = unconnected(protocol);
    pair.wrapClient(ByteBuffer.allocate(0));
    byte[] hello = pair.takeToServer();
    pair.server.input(hello, 0, hello.length, pair.atServer::write);
    Runnable task = pair.server.takeTask();
    assertNotNull(task);
    assertNull(pair.server.takeTask(), "one task at a time");
    assertFalse(pair.server.wantsOutput(), "asks the engine, which a task locks");
    assertEquals(0, pair.server.output(HELLO, 0, HELLO.length, pair.toClient::write));
    byte[] flood = new byte[64 * 1024];
    pair.server.input(flood, 0, flood.length, pair.atServer::write);
    IOException e =
        assertThrows(
            IOException.class,
            () -> pair.server.input(flood, 0, flood.length, pair.atServer::write));
    assertContains("ahead of the TLS handshake", e.getMessage());
    pair.server.closeOutput(pair.toClient::write);
    assertEquals(0, pair.toClient.size());
    task.run();
  }

  @Test
  void taskThatFailsEndsTheConnection() throws Exception {
    TlsPair pair = new TlsPair(client(TLS_13, H2), new TlsFilter(new FailingTasks(filterEngine())));
    assertContains("a task of the TLS handshake failed: java.lang.OutOfMemoryError", failure(pair));
  }

  private static SSLEngine filterEngine() throws Exception {
    SSLEngine engine = TlsPair.clientContext("client", "server").createSSLEngine();
    engine.setUseClientMode(false);
    return engine;
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_13, TLS_12})
  void clientsCertificateIsSeen(String protocol) throws Exception {
    for (ClientAuth auth : new ClientAuth[] {ClientAuth.REQUIRE, ClientAuth.OPTIONAL}) {
      TlsFilter server = filter(TlsPair.credentials("client", auth));
      TlsPair pair = new TlsPair(client(protocol, Who.CLIENT), server);
      pair.handshake();
      assertEcho(pair);
      X509Certificate seen = (X509Certificate) server.session().getPeerCertificates()[0];
      assertEquals("CN=client", seen.getSubjectX500Principal().getName());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_13, TLS_12})
  void clientWithoutACertificateIsWelcomeIfItIsOptional(String protocol) throws Exception {
    TlsFilter server = filter(TlsPair.credentials("client", ClientAuth.OPTIONAL));
    TlsPair pair = new TlsPair(client(protocol, Who.NOBODY), server);
    pair.handshake();
    assertEcho(pair);
    assertThrows(SSLPeerUnverifiedException.class, () -> server.session().getPeerCertificates());
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_13, TLS_12})
  void clientWithoutACertificateIsRefusedIfItIsRequired(String protocol) throws Exception {
    TlsFilter server = filter(TlsPair.credentials("client", ClientAuth.REQUIRE));
    TlsPair pair = new TlsPair(client(protocol, Who.NOBODY), server);
    assertEquals("the client sent no certificate, and this server requires one", failure(pair));
    assertNotNull(pair.alertAtClient(), "the client hears of it");
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_13, TLS_12})
  void clientOfAnUnknownAuthorityIsRefused(String protocol) throws Exception {
    TlsFilter server = filter(TlsPair.credentials("client", ClientAuth.REQUIRE));
    TlsPair pair = new TlsPair(client(protocol, Who.STRANGER), server);
    assertContains("unable to find valid certification path", failure(pair));
    assertNotNull(pair.alertAtClient(), "the client hears of it");
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_13, TLS_12})
  void clientThatDoesNotTrustTheServerSaysSo(String protocol) throws Exception {
    TlsPair pair =
        new TlsPair(
            TlsPair.client(TlsPair.clientContext("stranger", null), protocol, H2), filter());
    assertThrows(SSLException.class, pair::handshake);
    while (pair.client.getHandshakeStatus() == HandshakeStatus.NEED_WRAP
        && pair.wrapClient(ByteBuffer.allocate(0)).bytesProduced() > 0) {
      // its alert
    }
    byte[] alert = pair.toServer.toByteArray();
    IOException e = assertThrows(IOException.class, () -> pair.receive(alert, 0, alert.length));
    assertContains("the TLS handshake failed: ", e.getMessage());
    assertContains("certificate_unknown", e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_13, TLS_12})
  void clientThatOffersAnotherProtocolIsRefused(String protocol) throws Exception {
    TlsPair pair = new TlsPair(client(protocol, "http/1.1", "spdy/3"), filter());
    assertEquals("the client offers [http/1.1, spdy/3] by ALPN and not \"h2\"", failure(pair));
    assertContains("no_application_protocol", pair.alertAtClient().getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_13, TLS_12})
  void whatAClientOffersStaysInItsLineOfTheLog(String protocol) throws Exception {
    TlsPair pair = new TlsPair(client(protocol, "x\r\nSEVERE: forged", "\u001b[31m"), filter());
    String failure = failure(pair);
    assertContains("[x\\u000d\\u000aSEVERE: forged, \\u001b[31m]", failure);
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_13, TLS_12})
  void clientWithoutAlpnIsRefused(String protocol) throws Exception {
    TlsPair pair = new TlsPair(client(protocol), filter());
    assertContains("the client asks for no protocol by ALPN", failure(pair));
    pair.alertAtClient();
    assertTrue(pair.client.isInboundDone(), "the client is told of the end");
  }

  @Test
  void clientOfAnOldVersionIsRefused() throws Exception {
    byte[] hello = oldHello();
    TlsPair pair = unconnected(TLS_13);
    IOException e = assertThrows(IOException.class, () -> pair.receive(hello, 0, hello.length));
    assertContains("the TLS handshake failed: ", e.getMessage());
    assertContains("not enabled", e.getMessage());
  }

  /** A ClientHello of TLS 1.0: version, random, no session, one suite, no compression. */
  private static byte[] oldHello() {
    ByteBuffer hello = ByteBuffer.allocate(5 + 4 + 2 + 32 + 1 + 4 + 2);
    hello.put(new byte[] {22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 1}).put(new byte[32]);
    hello.put(new byte[] {0, 0, 2, (byte) 0xc0, 0x13, 1, 0});
    return hello.array();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100})
  void clientInPlainTextIsRefused(int chunk) throws Exception {
    assertRefused(
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        chunk,
        "the client speaks plain text (HTTP/2 without TLS) and this socket wants TLS");
    assertRefused(
        "GET / HTTP/1.1\r\n\r\n",
        chunk,
        "the client does not speak TLS, and this socket wants it; its first bytes are GET /");
    assertRefused(
        "\u0000\u00e9\n\r\u007f~~~~",
        chunk,
        "the client does not speak TLS, and this socket wants it; its first bytes are"
            + " \\x00\\xe9\\x0a\\x0d\\x7f");
  }

  private static void assertRefused(String text, int chunk, String message) throws Exception {
    TlsPair pair = unconnected(TLS_13);
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    IOException e =
        assertThrows(
            IOException.class,
            () -> {
              for (int i = 0; i < bytes.length; i += chunk) {
                pair.receive(bytes, i, Math.min(chunk, bytes.length - i));
              }
            });
    assertEquals(message, e.getMessage());
    pair.server.closeOutput(pair.toClient::write);
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_13, TLS_12})
  void garbageNeverDoesMoreThanEndTheConnection(String protocol) throws Exception {
    for (int seed = 0; seed < 20; seed++) {
      TlsPair pair = seed % 2 == 0 ? connected(protocol) : unconnected(protocol);
      byte[] garbage = random(100_000, seed);
      Random random = new Random(seed);
      for (int i = 0; i + 5 < garbage.length; i += 100 + random.nextInt(1000)) {
        System.arraycopy(new byte[] {(byte) (20 + random.nextInt(4)), 3, 3, 0}, 0, garbage, i, 4);
        if (i == 0) {
          garbage[0] = 22;
        }
      }
      assertThrows(
          IOException.class,
          () -> {
            pair.receive(garbage, 0, garbage.length);
            pair.server.endOfInput();
          });
      pair.server.closeOutput(pair.toClient::write);
      assertFalse(pair.server.wantsOutput(), "wants output after its goodbye");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_13, TLS_12})
  void changedRecordIsNoticed(String protocol) throws Exception {
    TlsPair pair = connected(protocol);
    pair.clientSends(HELLO);
    byte[] record = pair.toServer.toByteArray();
    record[record.length - 1] ^= 1;
    IOException e = assertThrows(IOException.class, () -> pair.receive(record, 0, record.length));
    assertContains("TLS failed: ", e.getMessage());
    assertNotNull(pair.alertAtClient(), "the client hears of it");
    assertEquals(0, pair.atServer.size());
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_13, TLS_12})
  void goodbyeOfTheClientEndsTheInput(String protocol) throws Exception {
    TlsPair pair = connected(protocol);
    assertFalse(pair.server.isInputEnded(), "input ended");
    pair.clientSends(HELLO);
    pair.client.closeOutbound();
    pair.exchange();
    assertArrayEquals(HELLO, pair.atServer.toByteArray());
    assertTrue(pair.server.isInputEnded(), "input ended");
    pair.server.input(HELLO, 0, HELLO.length, pair.atServer::write);
    pair.server.endOfInput();
    pair.server.closeOutput(pair.toClient::write);
    pair.exchange();
    assertTrue(pair.client.isInboundDone(), "the client is told of the end");
    assertThrows(
        IOException.class, () -> pair.server.output(HELLO, 0, HELLO.length, pair.toClient::write));
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_13, TLS_12})
  void goodbyeOfTheServerComesLastAndOnce(String protocol) throws Exception {
    TlsPair pair = connected(protocol);
    pair.serverSends(HELLO);
    pair.server.closeOutput(pair.toClient::write);
    int size = pair.toClient.size();
    pair.server.closeOutput(pair.toClient::write);
    assertEquals(size, pair.toClient.size());
    pair.exchange();
    assertArrayEquals(HELLO, pair.atClient.toByteArray());
    assertTrue(pair.client.isInboundDone(), "the client is told of the end");
    assertFalse(pair.server.wantsOutput(), "wants output after its goodbye");
  }

  @Test
  void clientThatLeavesEarlyIsNamed() throws Exception {
    TlsPair pair = unconnected(TLS_13);
    assertEndOfInput("the client left before the TLS handshake", pair);
    pair.wrapClient(ByteBuffer.allocate(0));
    byte[] hello = pair.toServer.toByteArray();
    pair.receive(hello, 0, hello.length / 2);
    assertEndOfInput("the client left in the middle of the TLS handshake", pair);
    pair.receive(hello, hello.length / 2, hello.length - hello.length / 2);
    assertEndOfInput("the client left in the middle of the TLS handshake", pair);

    TlsPair established = connected(TLS_13);
    established.server.endOfInput();
    established.clientSends(HELLO);
    established.receive(established.toServer.toByteArray(), 0, 10);
    assertEndOfInput("the client left in the middle of a TLS record", established);
  }

  private static void assertEndOfInput(String message, TlsPair pair) {
    IOException e = assertThrows(IOException.class, pair.server::endOfInput);
    assertEquals(message, e.getMessage());
  }

  @Test
  void renegotiationByTheClientIsRefused() throws Exception {
    TlsPair pair = connected(TLS_12);
    assertEcho(pair);
    pair.client.beginHandshake();
    IOException e = assertThrows(IOException.class, pair::exchange);
    assertContains("renegotiation", e.getMessage());
    assertNull(pair.server.takeTask(), "work for the client's wish");
  }

  /** In TLS 1.3 this is how a client asks for new keys. */
  @Test
  void keyUpdateIsAnswered() throws Exception {
    TlsPair pair = connected(TLS_13);
    for (int i = 0; i < 100; i++) {
      pair.client.beginHandshake();
      pair.wrapClient(ByteBuffer.allocate(0));
      byte[] update = pair.takeToServer();
      assertTrue(update.length > 0, "the client asks for new keys");
      pair.server.input(update, 0, update.length, pair.atServer::write);
      assertTrue(pair.server.wantsOutput(), "has an answer");
      pair.exchange();
      assertFalse(pair.server.wantsOutput(), "has an answer still");
      pair.atServer.reset();
      pair.atClient.reset();
      assertEcho(pair);
    }
  }

  @Test
  void floodOfKeyUpdatesEndsTheConnection() throws Exception {
    TlsPair pair = connected(TLS_13);
    pair.toServer.reset();
    IOException e =
        assertThrows(
            IOException.class,
            () -> {
              for (int i = 0; i < 1000; i++) {
                pair.client.beginHandshake();
                pair.wrapClient(ByteBuffer.allocate(0));
                pair.clientSends(HELLO); // data between them does not hide them
                byte[] update = pair.takeToServer();
                pair.server.input(update, 0, update.length, pair.atServer::write);
              }
            });
    assertContains("TLS records without data", e.getMessage());
  }

  @Test
  void idleFilterHoldsNoBuffer() throws Exception {
    for (String protocol : new String[] {TLS_13, TLS_12}) {
      TlsPair pair = new TlsPair(client(protocol, H2), filter(), 1000, 1);
      pair.handshake();
      pair.clientSends(random(1_000_000, 1));
      pair.serverSends(random(1_000_000, 2));
      pair.exchange();
      assertEquals(0, bytesHeld(pair.server));
    }
  }

  @Test
  void partOfARecordTakesLittleMoreThanCame() throws Exception {
    TlsPair pair = connected(TLS_13);
    byte[] header = {23, 3, 3, 0x40, 0};
    for (byte b : header) {
      pair.receive(new byte[] {b}, 0, 1);
    }
    pair.receive(new byte[100], 0, 100);
    int held = bytesHeld(pair.server);
    assertTrue(held >= 105 && held <= 1000, "held: " + held);
  }

  private static int bytesHeld(Object object) throws IllegalAccessException {
    int held = 0;
    for (Field field : object.getClass().getDeclaredFields()) {
      field.setAccessible(true);
      if (Modifier.isStatic(field.getModifiers())) {
        continue;
      }
      Object value = field.get(object);
      if (value instanceof byte[]) {
        held += ((byte[]) value).length;
      } else if (value instanceof RecordBuffer) {
        held += bytesHeld(value);
      }
    }
    return held;
  }

  @Test
  void resumedSessionIsEstablishedToo() throws Exception {
    SSLContext context = TlsPair.clientContext("server", null);
    TlsConfig config = TlsCredentials.read(TlsPair.credentials("server"));
    for (String protocol : Arrays.asList(TLS_13, TLS_12)) {
      for (int i = 0; i < 3; i++) {
        TlsPair pair = new TlsPair(TlsPair.client(context, protocol, H2), config.newFilter());
        pair.handshake();
        assertEcho(pair);
      }
    }
  }
}
