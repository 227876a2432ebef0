package io.github.grpcuds.http2.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class PrefaceTest {
  private final TestPeer peer = new TestPeer();

  @Test
  void serverBeginsWithItsSettings() {
    Http2Limits limits = new Http2Limits();
    limits.flowControlWindow = 100_000;
    SentFrame settings = new TestPeer(limits, null).take().get(0);
    assertEquals(
        "000300002710" + "0004000186a0" + "000600002000",
        Blocks.hex(settings.payload, settings.payload.length));
    assertEquals("SETTINGS 0, WINDOW_UPDATE 0 +2031617", peer.answers());
  }

  @Test
  void aClientIsEstablishedByPrefaceAndSettings() {
    peer.take();
    peer.send(TestFrames.PREFACE);
    assertFalse(peer.connection.isEstablished());
    assertEquals("", peer.answers());
    peer.send(TestFrames.settings());
    assertTrue(peer.connection.isEstablished());
    assertEquals("SETTINGS 0 ack", peer.answers());
  }

  @Test
  void prefaceAndSettingsComeOctetByOctet() {
    TestPeer slow = new TestPeer(new Http2Limits(), new Random(1)).chunksOf(1);
    slow.send(TestFrames.PREFACE, TestFrames.settings(Frames.MAX_FRAME_SIZE, 20_000));
    assertTrue(slow.connection.isEstablished());
    assertFalse(slow.connection.isEnded());
  }

  @Test
  void aPrefaceCutShortWaitsForMore() {
    peer.send(Arrays.copyOf(TestFrames.PREFACE, 23));
    assertFalse(peer.connection.isEnded());
    assertFalse(peer.connection.isEstablished());
    assertTrue(peer.connection.wantsInput());
  }

  @Test
  void tlsIsRecognized() {
    assertRefused(
        "no HTTP/2 client: it speaks TLS, and this socket takes plain text",
        Blocks.hex("16 03 01 02 00 01"));
  }

  @Test
  void http1IsQuotedWholeEvenIfItBeginsLikeThePreface() {
    assertRefused(
        "no HTTP/2 client: it began with \"GET / HTTP/1.1??\"",
        Blocks.ascii("GET / HTTP/1.1\r\n\r\n"));
    String post = "no HTTP/2 client: it began with \"POST / HTTP/1.1?\"";
    assertRefused(post, Blocks.ascii("POST / HTTP/1.1\r\n\r\n"));
    assertRefused(post, Blocks.ascii("P"), Blocks.ascii("OST / HTTP/1.1\r\n\r\n"));
    assertRefused(
        "no HTTP/2 client: it began with \"PRI * HTTP/2.0??\"",
        Blocks.ascii("PRI * HTTP/2.0\r\n\r\nXX"));
  }

  @Test
  void aTlsOctetWithinThePrefaceIsNotTls() {
    assertRefused(
        "no HTTP/2 client: it began with \"PRI?\"", Blocks.ascii("PRI"), new byte[] {0x16});
  }

  private static void assertRefused(String message, byte[]... parts) {
    TestPeer client = new TestPeer();
    client.take();
    for (byte[] part : parts) {
      client.send(part);
    }
    SentFrame goAway = client.take().get(0);
    assertEquals("GOAWAY 0 0 PROTOCOL_ERROR", goAway.toString());
    assertEquals(message, goAway.debugData());
    assertEquals(message, client.owner.failureReason);
    assertEquals(message + " (PROTOCOL_ERROR)", client.connection.endReason());
    assertTrue(client.connection.isEnded());
  }

  @Test
  void theFirstFrameMustBeSettings() {
    peer.take();
    peer.send(TestFrames.PREFACE, TestFrames.ping(1));
    assertEquals("GOAWAY 0 0 PROTOCOL_ERROR", peer.answers());
  }

  @Test
  void theFirstFrameMustNotBeAnAcknowledgement() {
    peer.take();
    peer.send(TestFrames.PREFACE, TestFrames.settingsAck());
    assertEquals("GOAWAY 0 0 PROTOCOL_ERROR", peer.answers());
  }

  @Test
  void nothingIsTakenAfterTheEnd() {
    peer.send(Blocks.ascii("GET"));
    peer.take();
    peer.send(TestFrames.PREFACE, TestFrames.settings(), TestFrames.ping(1));
    assertEquals("", peer.answers());
    assertFalse(peer.connection.wantsInput());
    assertEquals("failed PROTOCOL_ERROR", peer.owner.take());
  }
}
