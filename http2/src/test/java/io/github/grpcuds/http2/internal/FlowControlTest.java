package io.github.grpcuds.http2.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Windows of both sides (RFC 9113, sections 5.2 and 6.9). */
final class FlowControlTest {
  private static final int MOST = Integer.MAX_VALUE;

  private final Http2Limits limits = new Http2Limits();

  @Test
  void aWindowMayBecomeNegativeAndOpenAgain() {
    TestPeer peer = TestPeer.established(Frames.INITIAL_WINDOW_SIZE, 10);
    peer.send(peer.request(1, true));
    peer.connection.sendData(peer.owner.stream(1), new byte[15], 0, 15, true);
    assertEquals("DATA 1 10", peer.answers());
    peer.send(TestFrames.settings(Frames.INITIAL_WINDOW_SIZE, 4));
    peer.send(TestFrames.windowUpdate(1, 6));
    assertEquals("SETTINGS 0 ack", peer.answers());
    peer.send(TestFrames.windowUpdate(1, 1));
    assertEquals("DATA 1 1", peer.answers());
    peer.send(TestFrames.settings(Frames.INITIAL_WINDOW_SIZE, 100));
    assertEquals("SETTINGS 0 ack, DATA 1 4 end", peer.answers());
  }

  @Test
  void theConnectionsWindowHoldsAllStreams() {
    TestPeer peer = TestPeer.established(Frames.INITIAL_WINDOW_SIZE, MOST);
    peer.send(peer.request(1, true), peer.request(3, true));
    peer.connection.sendData(peer.owner.stream(1), new byte[65_530], 0, 65_530, true);
    peer.connection.sendData(peer.owner.stream(3), new byte[10], 0, 10, true);
    peer.take();
    assertEquals(0, peer.connection.sendWindow());
    peer.send(TestFrames.windowUpdate(0, 5));
    assertEquals("DATA 1 5 end", peer.answers()); // they took turns, so the short one is done
  }

  /** What is in the output cannot be overtaken, by the next call of a caller either. */
  @Test
  void outputStaysShortForAWhileAfterASecondStream() {
    TestPeer peer = TestPeer.established(Frames.INITIAL_WINDOW_SIZE, MOST);
    peer.send(TestFrames.windowUpdate(0, MOST - Frames.DEFAULT_WINDOW), peer.request(1, true));
    byte[] body = new byte[8 << 20];
    peer.connection.sendData(peer.owner.stream(1), body, 0, body.length, false);
    OutputBuffer output = peer.connection.output();
    assertTrue(output.size() > 2 * SendQueue.SHARED_OUTPUT_BYTES, "output of " + output.size());
    peer.send(peer.request(3, true));
    peer.connection.sendData(peer.owner.stream(3), new byte[1], 0, 1, true);
    for (int i = 0; i < 40; i++) { // what was in it, and stream 3
      peer.connection.written(Math.min(16_384, output.size()));
    }
    assertEquals(1, peer.connection.openStreams());
    for (int i = 0; i < 100; i++) {
      peer.connection.written(Math.min(16_384, output.size()));
      assertTrue(output.size() < 2 * SendQueue.SHARED_OUTPUT_BYTES, "output of " + output.size());
    }
  }

  @Test
  void streamsTakeTurns() {
    TestPeer peer = TestPeer.established(Frames.INITIAL_WINDOW_SIZE, 0);
    peer.send(peer.request(1, true), peer.request(3, true));
    for (int id = 1; id < 5; id += 2) {
      peer.connection.sendData(peer.owner.stream(id), new byte[20_000], 0, 20_000, true);
    }
    peer.send(TestFrames.settings(Frames.INITIAL_WINDOW_SIZE, MOST));
    String answers = peer.answers();
    String first = answers.contains("ack, DATA 1") ? "1" : "3";
    String second = first.equals("1") ? "3" : "1";
    assertEquals(
        "SETTINGS 0 ack, DATA a 16384, DATA b 16384, DATA a 3616 end, DATA b 3616 end"
            .replace("a ", first + " ")
            .replace("b ", second + " "),
        answers);
  }

  @Test
  void windowsBeyondTheLargestAreRefused() {
    TestPeer stream = TestPeer.established();
    stream.send(stream.request(1, true), TestFrames.windowUpdate(1, MOST));
    assertEquals("RST_STREAM 1 FLOW_CONTROL_ERROR", stream.answers());
    TestPeer connection = TestPeer.established();
    connection.send(TestFrames.windowUpdate(0, MOST));
    assertEquals("GOAWAY 0 0 FLOW_CONTROL_ERROR", connection.answers());
    TestPeer settings = TestPeer.established();
    settings.send(settings.request(1, true), TestFrames.windowUpdate(1, MOST - 65_535));
    settings.send(TestFrames.settings(Frames.INITIAL_WINDOW_SIZE, 65_536));
    assertEquals("GOAWAY 0 1 FLOW_CONTROL_ERROR", settings.answers());
  }

  @Test
  void dataBeyondAStreamsWindowResetsIt() {
    limits.flowControlWindow = 10;
    TestPeer peer = TestPeer.established(limits);
    peer.send(peer.request(1, false), TestFrames.data(1, 10, false));
    assertEquals("", peer.answers());
    peer.send(TestFrames.data(1, 1, false));
    assertEquals("RST_STREAM 1 FLOW_CONTROL_ERROR", peer.answers());
  }

  @Test
  void whatIsHeldBeyondTheBoundEndsTheConnection() {
    limits.flowControlWindow = 65_535;
    limits.maxPendingBytes = 2_000;
    TestPeer peer = TestPeer.established(limits);
    peer.send(peer.request(1, false));
    for (int i = 0; i < 10 && !peer.connection.isEnded(); i++) {
      peer.send(TestFrames.paddedData(1, 0, 255, false));
      peer.send(TestFrames.data(1, 1_800, false));
    }
    assertEquals("GOAWAY 0 1 ENHANCE_YOUR_CALM", lastOf(peer));
  }

  private static String lastOf(TestPeer peer) {
    String answers = peer.answers();
    return answers
        .substring(answers.lastIndexOf(", ") < 0 ? 0 : answers.lastIndexOf("GOAWAY"))
        .replaceAll(",.*", "");
  }

  @Test
  void aSmallWindowHoldsFromItsAcknowledgementOn() {
    limits.flowControlWindow = 1;
    TestPeer peer = new TestPeer(limits, null);
    peer.send(TestFrames.PREFACE, TestFrames.settings());
    peer.send(peer.request(1, false), TestFrames.data(1, 3, false));
    peer.take();
    peer.connection.consumed(peer.owner.stream(1), 3);
    assertEquals("WINDOW_UPDATE 1 +3", peer.answers());
    peer.send(TestFrames.settingsAck(), TestFrames.data(1, 1, false));
    assertEquals("", peer.answers());
    peer.send(TestFrames.data(1, 1, false));
    assertEquals("RST_STREAM 1 FLOW_CONTROL_ERROR", peer.answers());
  }

  @Test
  void dataOfClosedStreamsIsCreditedToTheConnection() {
    limits.flowControlWindow = 65_535;
    TestPeer peer = TestPeer.established(limits);
    peer.send(peer.request(1, false));
    peer.reset(peer.owner.stream(1));
    peer.take();
    for (int i = 0; i < 100; i++) {
      peer.send(TestFrames.data(1, 16_000, false));
    }
    int credited = 0;
    for (SentFrame frame : peer.take()) {
      credited += frame.int32(0);
    }
    assertEquals(131_070, peer.connection.receiveWindow() + 1_600_000 - credited);
  }

  @Test
  void whatIsConsumedAfterTheEndIsNotAnnounced() {
    limits.flowControlWindow = 100;
    TestPeer peer = TestPeer.established(limits);
    peer.send(peer.request(1, false), TestFrames.data(1, 100, true));
    peer.connection.consumed(peer.owner.stream(1), 100);
    assertEquals("", peer.answers());
    assertEquals(0, peer.connection.streams().pending().total());
  }

  @Test
  void theWindowOfAStreamThatUsesItGrows() {
    limits.flowControlWindow = 100;
    limits.largestWindow = 250;
    TestPeer peer = TestPeer.established(limits);
    peer.send(peer.request(1, false));
    assertEquals("WINDOW_UPDATE 1 +150", answerToConsumed(peer, 1));
    assertEquals("WINDOW_UPDATE 1 +100", answerToConsumed(peer, 1));
    assertEquals("", answerToConsumed(peer, 1), "less than a quarter of the window");
    assertEquals("WINDOW_UPDATE 1 +100", answerToConsumed(peer, 1));
  }

  @Test
  void windowsDoNotGrowWhileMuchWaits() {
    limits.flowControlWindow = 100;
    limits.largestWindow = 250;
    limits.maxPendingBytes = 8000; // a quarter is more than the largest window
    TestPeer peer = TestPeer.established(limits);
    peer.send(peer.request(1, false));
    for (int id = 3; id < 25; id += 2) { // more than an eighth of what may wait
      peer.send(peer.request(id, false), TestFrames.data(id, 100, false));
    }
    assertEquals("WINDOW_UPDATE 1 +50", answerToConsumed(peer, 1));
    for (int id = 3; id < 25; id += 2) {
      peer.connection.consumed(peer.owner.stream(id), 100);
    }
    peer.take();
    assertEquals("WINDOW_UPDATE 1 +150", answerToConsumed(peer, 1));
  }

  /** Else few streams whose handlers pause would stop all others. */
  @Test
  void windowsTogetherGrowByAQuarterOfWhatMayWait() {
    limits.flowControlWindow = 100;
    limits.largestWindow = 1000;
    limits.maxPendingBytes = 600;
    TestPeer peer = TestPeer.established(limits);
    peer.send(peer.request(1, false), peer.request(3, false), peer.request(5, false));
    assertEquals("WINDOW_UPDATE 1 +100", answerToConsumed(peer, 1), "150 is the largest");
    assertEquals("WINDOW_UPDATE 3 +100", answerToConsumed(peer, 3));
    assertEquals("WINDOW_UPDATE 1 +50", answerToConsumed(peer, 1));
    peer.send(peer.request(7, false));
    assertEquals("WINDOW_UPDATE 5 +100", answerToConsumed(peer, 5));
    assertEquals("WINDOW_UPDATE 7 +50", answerToConsumed(peer, 7), "nothing is left");
    peer.reset(peer.owner.stream(3));
    peer.take();
    assertEquals("WINDOW_UPDATE 7 +100", answerToConsumed(peer, 7));
  }

  private static String answerToConsumed(TestPeer peer, int stream) {
    peer.send(TestFrames.data(stream, 50, false));
    peer.connection.consumed(peer.owner.stream(stream), 50);
    return peer.answers();
  }
}
