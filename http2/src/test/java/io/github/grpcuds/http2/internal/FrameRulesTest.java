package io.github.grpcuds.http2.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Lengths, flags and stream numbers of frames (RFC 9113, sections 4 and 6). */
final class FrameRulesTest {
  private static final int LARGEST = 131_072;
  private static final int END_STREAM_AND_HEADERS = Frames.END_STREAM | Frames.END_HEADERS;

  /** What a connection answers to frames of a client that is established and has stream 1 open. */
  private static void assertAnswers(String expected, byte[]... frames) {
    for (int most : new int[] {Integer.MAX_VALUE, 20, 1}) {
      Random chunks = most == Integer.MAX_VALUE ? null : new Random(most);
      TestPeer peer = new TestPeer(new Http2Limits(), chunks).chunksOf(most);
      peer.establish();
      peer.send(peer.request(1, false));
      peer.send(frames);
      assertEquals(expected, peer.answers(), "chunks of " + most);
    }
  }

  private static void assertFails(ErrorCode error, byte[]... frames) {
    assertAnswers("GOAWAY 0 1 " + error, frames);
  }

  private static byte[] frame(int type, int flags, int streamId, int length) {
    return TestFrames.frame(type, flags, streamId, new byte[length]);
  }

  @Test
  void framesLargerThanAllowedAreRefusedByTheirHeadAlone() {
    assertFails(ErrorCode.FRAME_SIZE_ERROR, TestFrames.head(16_385, Frames.DATA, 0, 1));
    assertFails(ErrorCode.FRAME_SIZE_ERROR, TestFrames.head(16_385, Frames.HEADERS, 0, 3));
    assertFails(ErrorCode.FRAME_SIZE_ERROR, TestFrames.head(0xffffff, 99, 0, 0));
    assertAnswers("", TestFrames.data(1, 16_384, false));
  }

  private static void assertAnswersAfterFullFrames(int count, String expected, byte[]... frames) {
    TestPeer peer = new TestPeer(new Http2Limits(), new Random(count)).chunksOf(1000);
    peer.establish();
    peer.send(peer.request(1, false));
    for (int i = 0; i < count; i++) {
      peer.send(TestFrames.data(1, 16_384, false));
    }
    peer.send(frames);
    assertEquals(expected, peer.answers());
  }

  @Test
  void largerFramesAreAllowedAfterManyFullOnes() {
    String fails = "GOAWAY 0 1 " + ErrorCode.FRAME_SIZE_ERROR;
    assertAnswersAfterFullFrames(15, fails, TestFrames.head(16_385, Frames.DATA, 0, 1));
    byte[] data = TestFrames.data(1, LARGEST, false);
    byte[] unknown = frame(99, 0, 1, LARGEST);
    assertAnswersAfterFullFrames(16, "SETTINGS 0, PING 0 ack 7", data, unknown, TestFrames.ping(7));
    byte[] tooLarge = TestFrames.head(LARGEST + 1, Frames.DATA, 0, 1);
    assertAnswersAfterFullFrames(16, "SETTINGS 0, " + fails, tooLarge);
    byte[] largeHead = TestFrames.head(LARGEST + 1, Frames.HEADERS, 0, 3);
    assertAnswersAfterFullFrames(20, "SETTINGS 0, " + fails, largeHead);
    byte[] largeSettings = TestFrames.head(18_000, Frames.SETTINGS, 0, 0);
    assertAnswersAfterFullFrames(16, "SETTINGS 0, " + fails, largeSettings);
  }

  @Test
  void unknownFramesAndFlagsAndTheReservedBitAreIgnored() {
    assertAnswers("", frame(99, 0xff, 1, 100), frame(10, 0, 0, 0));
    assertAnswers(
        "PING 0 ack 7", TestFrames.frame(Frames.PING, 0xfe, 0, Blocks.hex("0000000000000007")));
    assertAnswers(
        "PING 0 ack 7", TestFrames.frame(Frames.PING, 0, 1 << 31, Blocks.hex("0000000000000007")));
    assertAnswers("", frame(Frames.DATA, 0xf6, 1, 10));
  }

  @Test
  void dataNeedsAStream() {
    assertFails(ErrorCode.PROTOCOL_ERROR, frame(Frames.DATA, 0, 0, 1));
  }

  @Test
  void paddingOfDataMustLeaveRoomForItsLength() {
    assertAnswers("", TestFrames.frame(Frames.DATA, Frames.PADDED, 1, (byte) 0));
    assertAnswers("", TestFrames.frame(Frames.DATA, Frames.PADDED, 1, (byte) 1, (byte) 0));
    assertFails(
        ErrorCode.PROTOCOL_ERROR, TestFrames.frame(Frames.DATA, Frames.PADDED, 1, (byte) 1));
    assertFails(
        ErrorCode.PROTOCOL_ERROR,
        TestFrames.frame(Frames.DATA, Frames.PADDED, 1, (byte) 2, (byte) 0));
    assertFails(
        ErrorCode.PROTOCOL_ERROR, TestFrames.frame(Frames.DATA, Frames.PADDED, 1, (byte) 255));
    assertFails(ErrorCode.FRAME_SIZE_ERROR, frame(Frames.DATA, Frames.PADDED, 1, 0));
  }

  @Test
  void paddingIsNoDataButCounts() {
    TestPeer peer = TestPeer.established();
    int before = peer.connection.receiveWindow();
    peer.send(peer.request(1, false), TestFrames.paddedData(1, 5, 200, true));
    assertEquals("request 1, data 1 5, data 1 0 end", peer.owner.take());
    assertEquals(before - 206, peer.connection.receiveWindow());
  }

  @Test
  void headersNeedAStream() {
    assertFails(ErrorCode.PROTOCOL_ERROR, frame(Frames.HEADERS, END_STREAM_AND_HEADERS, 0, 1));
  }

  @Test
  void headersTooShortForTheirFlagsAreRefused() {
    int flags = END_STREAM_AND_HEADERS;
    assertFails(ErrorCode.FRAME_SIZE_ERROR, frame(Frames.HEADERS, flags | Frames.PADDED, 3, 0));
    assertFails(
        ErrorCode.FRAME_SIZE_ERROR, frame(Frames.HEADERS, flags | Frames.PRIORITY_FLAG, 3, 4));
    assertFails(
        ErrorCode.FRAME_SIZE_ERROR,
        frame(Frames.HEADERS, flags | Frames.PRIORITY_FLAG | Frames.PADDED, 3, 5));
    assertFails(
        ErrorCode.PROTOCOL_ERROR,
        TestFrames.frame(Frames.HEADERS, flags | Frames.PADDED, 3, (byte) 2, (byte) 0));
  }

  @Test
  void paddingAndPriorityOfHeadersAreTakenOff() {
    TestPeer peer = TestPeer.established();
    byte[] block = Blocks.hex("82 86 84 41 01 61");
    byte[] payload = Blocks.concat(Blocks.hex("03 00000000 10"), block, new byte[3]);
    int flags = END_STREAM_AND_HEADERS | Frames.PADDED | Frames.PRIORITY_FLAG;
    peer.send(TestFrames.frame(Frames.HEADERS, flags, 1, payload));
    assertEquals("request 1 end", peer.owner.take());
    assertEquals(
        ":method: GET, :scheme: http, :path: /, :authority: a",
        peer.owner.calls.get(1).request.toString());
  }

  @Test
  void priorityIsCheckedAndIgnored() {
    assertAnswers("", TestFrames.priority(1, 3), TestFrames.priority(9, 1));
    assertFails(ErrorCode.PROTOCOL_ERROR, frame(Frames.PRIORITY, 0, 0, 5));
    assertAnswers("RST_STREAM 1 FRAME_SIZE_ERROR", frame(Frames.PRIORITY, 0, 1, 4));
    assertAnswers("RST_STREAM 1 PROTOCOL_ERROR", TestFrames.priority(1, 1));
    byte[] block = Blocks.hex("00000003 10 82 86 84");
    assertFails(
        ErrorCode.PROTOCOL_ERROR,
        TestFrames.frame(Frames.HEADERS, END_STREAM_AND_HEADERS | Frames.PRIORITY_FLAG, 3, block));
  }

  @Test
  void resetNeedsAStreamAndFourOctets() {
    assertFails(ErrorCode.PROTOCOL_ERROR, TestFrames.reset(0, ErrorCode.CANCEL));
    assertFails(ErrorCode.FRAME_SIZE_ERROR, frame(Frames.RST_STREAM, 0, 1, 3));
    assertFails(ErrorCode.FRAME_SIZE_ERROR, frame(Frames.RST_STREAM, 0, 1, 5));
  }

  @Test
  void settingsAreOfTheConnectionAndSixOctetsEach() {
    assertAnswers("SETTINGS 0 ack", TestFrames.settings());
    assertAnswers("SETTINGS 0 ack", TestFrames.settings(0x99, 1, Frames.ENABLE_PUSH, 0));
    assertFails(ErrorCode.PROTOCOL_ERROR, frame(Frames.SETTINGS, 0, 1, 6));
    assertFails(ErrorCode.FRAME_SIZE_ERROR, frame(Frames.SETTINGS, 0, 0, 5));
    assertFails(ErrorCode.FRAME_SIZE_ERROR, frame(Frames.SETTINGS, Frames.ACK, 0, 6));
    assertFails(ErrorCode.PROTOCOL_ERROR, frame(Frames.SETTINGS, Frames.ACK, 1, 0));
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    assertFails(ErrorCode.PROTOCOL_ERROR, TestFrames.settings(Frames.ENABLE_PUSH, 2));
    assertFails(
        ErrorCode.FLOW_CONTROL_ERROR, TestFrames.settings(Frames.INITIAL_WINDOW_SIZE, 1 << 31));
    assertFails(ErrorCode.PROTOCOL_ERROR, TestFrames.settings(Frames.MAX_FRAME_SIZE, 16_383));
    assertFails(ErrorCode.PROTOCOL_ERROR, TestFrames.settings(Frames.MAX_FRAME_SIZE, 1 << 24));
    assertAnswers("SETTINGS 0 ack", TestFrames.settings(Frames.MAX_FRAME_SIZE, (1 << 24) - 1));
    assertAnswers("SETTINGS 0 ack", TestFrames.settings(Frames.HEADER_TABLE_SIZE, -1));
  }

  @Test
  void pushesAreNotForClients() {
    assertFails(ErrorCode.PROTOCOL_ERROR, frame(Frames.PUSH_PROMISE, Frames.END_HEADERS, 1, 5));
  }

  @Test
  void pingIsOfTheConnectionAndEightOctets() {
    assertAnswers("PING 0 ack 7", TestFrames.ping(7));
    assertAnswers("", frame(Frames.PING, Frames.ACK, 0, 8));
    assertFails(ErrorCode.PROTOCOL_ERROR, frame(Frames.PING, 0, 1, 8));
    assertFails(ErrorCode.FRAME_SIZE_ERROR, frame(Frames.PING, 0, 0, 7));
    assertFails(ErrorCode.FRAME_SIZE_ERROR, frame(Frames.PING, Frames.ACK, 0, 9));
  }

  @Test
  void goAwayIsOfTheConnectionAndEightOctetsOrMore() {
    assertAnswers("", TestFrames.goAway(0, ErrorCode.NO_ERROR, ""));
    assertFails(ErrorCode.PROTOCOL_ERROR, frame(Frames.GOAWAY, 0, 1, 8));
    assertFails(ErrorCode.FRAME_SIZE_ERROR, frame(Frames.GOAWAY, 0, 0, 7));
  }

  @Test
  void windowUpdateHasFourOctetsAndIsNotZero() {
    assertAnswers("", TestFrames.windowUpdate(0, 1), TestFrames.windowUpdate(1, 1));
    assertFails(ErrorCode.FRAME_SIZE_ERROR, frame(Frames.WINDOW_UPDATE, 0, 0, 3));
    assertFails(ErrorCode.FRAME_SIZE_ERROR, frame(Frames.WINDOW_UPDATE, 0, 1, 5));
    assertFails(ErrorCode.PROTOCOL_ERROR, TestFrames.windowUpdate(0, 0));
    assertAnswers("RST_STREAM 1 PROTOCOL_ERROR", TestFrames.windowUpdate(1, 0));
    assertAnswers("RST_STREAM 1 PROTOCOL_ERROR", TestFrames.windowUpdate(1, 1 << 31));
  }

  @Test
  void anUnknownErrorCodeIsAnInternalErrorToTheOwner() {
    TestPeer peer = TestPeer.established();
    peer.send(
        peer.request(1, true), TestFrames.frame(Frames.RST_STREAM, 0, 1, TestFrames.int32(-1)));
    peer.send(TestFrames.goAway(0, ErrorCode.ENHANCE_YOUR_CALM, "too_many_pings"));
    assertEquals(
        "request 1 end, reset 1 INTERNAL_ERROR, goAway ENHANCE_YOUR_CALM too_many_pings",
        peer.owner.take());
  }
}
