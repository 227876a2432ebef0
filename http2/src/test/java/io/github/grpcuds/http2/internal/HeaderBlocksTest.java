package io.github.grpcuds.http2.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Header blocks in several frames (RFC 9113, sections 4.3, 6.2 and 6.10). */
final class HeaderBlocksTest {
  private final TestPeer peer = TestPeer.established();

  /** A request's HEADERS frame without END_HEADERS, and what is left of its block. */
  private byte[][] split(int streamId, int first, boolean end) {
    byte[] whole = peer.request(streamId, end);
    byte[] block = Arrays.copyOfRange(whole, Frames.HEADER_BYTES, whole.length);
    byte[] head = Arrays.copyOf(block, first);
    int flags = end ? Frames.END_STREAM : 0;
    return new byte[][] {
      TestFrames.frame(Frames.HEADERS, flags, streamId, head),
      Arrays.copyOfRange(block, first, block.length)
    };
  }

  @Test
  void aBlockInManyFramesIsOneRequest() {
    byte[][] parts = split(1, 0, true);
    peer.send(parts[0]);
    for (byte octet : parts[1]) {
      peer.send(TestFrames.continuation(1, new byte[] {octet}, false));
    }
    assertEquals("", peer.owner.take());
    peer.send(TestFrames.continuation(1, new byte[0], true));
    assertEquals("request 1 end", peer.owner.take());
    assertTrue(peer.owner.calls.get(1).request.toString().contains(":path: /service/method"));
  }

  @Test
  void noOtherFrameComesWithinABlock() {
    for (byte[] frame :
        new byte[][] {
          TestFrames.data(1, 1, false),
          peer.request(3, true),
          TestFrames.priority(3, 0),
          TestFrames.reset(1, ErrorCode.CANCEL),
          TestFrames.settings(),
          TestFrames.settingsAck(),
          TestFrames.ping(1),
          TestFrames.goAway(0, ErrorCode.NO_ERROR, ""),
          TestFrames.windowUpdate(0, 1),
          TestFrames.continuation(3, new byte[1], true),
          TestFrames.frame(99, 0, 0)
        }) {
      TestPeer client = TestPeer.established();
      client.send(TestFrames.frame(Frames.HEADERS, 0, 1, new byte[] {(byte) 0x82}), frame);
      assertEquals("GOAWAY 0 0 PROTOCOL_ERROR", client.answers(), "type " + frame[3]);
    }
  }

  @Test
  void aContinuationNeedsABlock() {
    peer.send(peer.request(1, false), TestFrames.continuation(1, new byte[0], true));
    assertEquals("GOAWAY 0 1 PROTOCOL_ERROR", peer.answers());
  }

  @Test
  void aBrokenBlockEndsTheConnection() {
    peer.send(TestFrames.headers(1, Blocks.hex("ff ff ff ff ff"), true));
    assertEquals("GOAWAY 0 0 COMPRESSION_ERROR", peer.answers());
  }

  @Test
  void refusedBlocksStillFillTheTable() {
    peer.send(peer.request(1, true, "connection", "close", "x-first", "1"));
    peer.send(peer.request(3, true, "x-first", "1"));
    assertEquals("RST_STREAM 1 PROTOCOL_ERROR", peer.answers());
    assertTrue(peer.owner.calls.get(3).request.toString().endsWith("x-first: 1"));
  }

  @Test
  void aListTooLargeIsTheOwnersToAnswer() {
    char[] large = new char[9000];
    Arrays.fill(large, 'x');
    peer.send(peer.request(1, true, "x-large", new String(large)));
    assertEquals("request 1 end", peer.owner.take());
    assertTrue(peer.owner.calls.get(1).request.tooLarge());
  }

  @Test
  void aBlockWithoutEndIsCutOff() {
    peer.send(TestFrames.frame(Frames.HEADERS, 0, 1, new byte[16_384]));
    int frames = 0;
    while (!peer.connection.isEnded()) {
      peer.send(TestFrames.continuation(1, new byte[1000], false));
      assertTrue(++frames < 100);
    }
    assertEquals("GOAWAY 0 0 ENHANCE_YOUR_CALM", peer.answers());
    assertEquals("a header block of more than 65536 encoded octets", peer.owner.failureReason);
  }

  @Test
  void aBlockTooLargeInOneFrameIsCutOffToo() {
    peer.send(peer.request(1, false));
    for (int i = 0; i < 16; i++) { // then it may send larger frames
      peer.send(TestFrames.data(1, 16_384, false));
    }
    peer.send(TestFrames.frame(Frames.HEADERS, Frames.END_HEADERS, 3, new byte[65_537]));
    assertEquals("SETTINGS 0, GOAWAY 0 1 ENHANCE_YOUR_CALM", peer.answers());
    assertEquals("a header block of more than 65536 encoded octets", peer.owner.failureReason);
  }

  @Test
  void answersLargerThanAFrameLeaveAsContinuations() {
    peer.send(peer.request(1, true));
    char[] large = new char[40_000];
    Arrays.fill(large, 'x');
    HeaderList list = new HeaderList().add(":status", "200").add("x-large", new String(large));
    peer.connection.sendHeaders(peer.owner.stream(1), list, true);
    List<SentFrame> frames = peer.take();
    assertEquals("[HEADERS 1 end, CONTINUATION 1, CONTINUATION 1 [" + list + "]]", "" + frames);
    assertEquals(16_384, frames.get(0).payload.length);
    assertEquals(16_384, frames.get(1).payload.length);
  }

  @Test
  void answersKeepToTheClientsTable() {
    TestPeer client = TestPeer.established(Frames.HEADER_TABLE_SIZE, 0);
    for (int id = 1; id < 9; id += 2) {
      client.send(client.request(id, true));
      client.respond(id, 0);
      List<SentFrame> frames = client.take();
      assertEquals("HEADERS " + id + " [:status: 200]", frames.get(0).toString());
      assertEquals("HEADERS " + id + " end [grpc-status: 0]", frames.get(1).toString());
    }
  }
}
