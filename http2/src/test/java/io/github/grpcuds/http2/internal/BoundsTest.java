package io.github.grpcuds.http2.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What costs this side more than the client ends soon; heavy use does not. */
final class BoundsTest {
  private final Http2Limits limits = new Http2Limits();

  private TestPeer client(int... settings) {
    TestPeer peer = TestPeer.established(limits, settings);
    peer.owner.quiet = true;
    peer.owner.forgets = true;
    return peer;
  }

  /** A client that sends the same again and again, reading all answers, is told to be calm. */
  private static void assertCalmed(TestPeer peer, int most, byte[]... frames) {
    int count = 0;
    while (!peer.connection.isEnded() && count <= most) {
      peer.send(frames[count % frames.length]);
      peer.take();
      count++;
    }
    assertEquals(ErrorCode.ENHANCE_YOUR_CALM, peer.owner.failure, "after " + count);
    assertTrue(count > most / 100, "after " + count + ": " + peer.owner.failureReason);
  }

  @Test
  void floodsEnd() {
    assertCalmed(client(), 30_000, TestFrames.ping(1));
    assertCalmed(client(), 30_000, TestFrames.frame(Frames.PING, Frames.ACK, 0, new byte[8]));
    assertCalmed(client(), 2_000, TestFrames.settings());
    assertCalmed(client(), 60_000, TestFrames.settingsAck());
    assertCalmed(client(), 60_000, TestFrames.windowUpdate(0, 1));
    assertCalmed(client(), 60_000, TestFrames.priority(1, 0));
    assertCalmed(client(), 60_000, TestFrames.frame(99, 0, 0));
    assertCalmed(client(), 60_000, TestFrames.goAway(0, ErrorCode.NO_ERROR, ""));
  }

  @Test
  void floodsOnAStreamEnd() {
    assertCalmed(open(), 60_000, TestFrames.data(1, 0, false));
    assertCalmed(open(), 60_000, TestFrames.paddedData(1, 0, 1, false));
    assertCalmed(open(), 60_000, TestFrames.windowUpdate(1, 1));
  }

  private TestPeer open() {
    TestPeer peer = client();
    peer.send(peer.request(1, false));
    return peer;
  }

  @Test
  void emptyContinuationsEnd() {
    TestPeer peer = client();
    peer.send(TestFrames.frame(Frames.HEADERS, 0, 1, new byte[] {(byte) 0x82}));
    assertCalmed(peer, 100, TestFrames.continuation(1, new byte[0], false));
  }

  @Test
  void rapidResetsEnd() {
    TestPeer peer = client();
    int id = 1;
    for (; !peer.connection.isEnded() && id < 20_000; id += 2) {
      peer.send(peer.request(id, true), TestFrames.reset(id, ErrorCode.CANCEL));
    }
    assertEquals(ErrorCode.ENHANCE_YOUR_CALM, peer.owner.failure);
    assertTrue(peer.owner.requests >= 2000, "requests: " + peer.owner.requests);
  }

  @Test
  void streamErrorsAndRefusalsCountAsResets() {
    TestPeer wrong = client();
    limits.maxConcurrentStreams = 1;
    TestPeer refused = client();
    for (int id = 1; id < 20_000; id += 2) {
      wrong.send(wrong.request(id, true, "te", "gzip"));
      refused.send(refused.request(id, true));
    }
    assertEquals(ErrorCode.ENHANCE_YOUR_CALM, wrong.owner.failure);
    assertEquals(ErrorCode.ENHANCE_YOUR_CALM, refused.owner.failure);
  }

  @Test
  void everySecondCallMayBeReset() {
    TestPeer peer = client();
    for (int id = 1; id < 100_000; id += 4) {
      peer.send(peer.request(id, true), peer.request(id + 2, true));
      peer.respond(id, 10);
      peer.send(TestFrames.reset(id + 2, ErrorCode.CANCEL), TestFrames.windowUpdate(0, 10));
      peer.take();
    }
    assertFalse(peer.connection.isEnded(), peer.connection.endReason());
  }

  @Test
  void tenThousandStreamsMayComeAndGoInRounds() {
    TestPeer peer = client();
    int id = 1;
    for (int round = 0; round < 10; round++) {
      int first = id;
      for (; peer.connection.openStreams() < 10_000; id += 2) {
        peer.send(peer.request(id, true));
      }
      for (int open = first; open < id; open += 2) {
        peer.respond(open, 1);
        peer.send(TestFrames.windowUpdate(0, 1));
      }
      peer.take();
    }
    assertEquals(100_000, peer.owner.requests);
    assertEquals(100_000, peer.owner.ended);
    assertFalse(peer.connection.isEnded(), peer.connection.endReason());
  }

  @Test
  void aWindowOfOneByteMayBeOpenedAMillionTimes() {
    TestPeer peer = client(Frames.INITIAL_WINDOW_SIZE, 1);
    peer.send(peer.request(1, true));
    peer.respond(1, 1_000_000);
    byte[] updates = Blocks.concat(TestFrames.windowUpdate(1, 1), TestFrames.windowUpdate(0, 1));
    int frames = 0;
    while (peer.owner.ended == 0 && !peer.connection.isEnded()) {
      frames += peer.take().size();
      peer.send(updates);
    }
    frames += peer.take().size();
    assertFalse(peer.connection.isEnded(), peer.connection.endReason());
    assertEquals(1_000_002, frames);
  }

  @Test
  void aPingMayFollowEachMessage() {
    TestPeer peer = client();
    for (int id = 1; id < 100_000; id += 2) {
      peer.send(peer.request(id, true));
      peer.respond(id, 1);
      peer.send(TestFrames.ping(id), TestFrames.windowUpdate(0, 1));
      peer.take();
    }
    assertFalse(peer.connection.isEnded(), peer.connection.endReason());
  }

  @Test
  void callsMayBeRefusedEarlyOneAfterTheOther() {
    TestPeer peer = client();
    HeaderList refusal = new HeaderList().add(":status", "200").add("grpc-status", "12");
    for (int id = 1; id < 100_000; id += 2) {
      peer.send(peer.request(id, false));
      peer.connection.sendHeaders(peer.owner.stream(id), refusal, true);
      peer.send(TestFrames.data(id, 10, false), TestFrames.reset(id, ErrorCode.CANCEL));
      peer.take();
    }
    assertFalse(peer.connection.isEnded(), peer.connection.endReason());
  }

  @Test
  void aLongUploadNeedNeverBeConsumedToItsEnd() {
    TestPeer peer = open();
    Http2Stream stream = peer.owner.stream(1);
    peer.send(TestFrames.data(1, 10, false));
    for (int i = 0; i < 1_000_000 && !peer.connection.isEnded(); i++) {
      peer.send(TestFrames.data(1, 10, false));
      peer.connection.consumed(stream, 10);
      if (i % 100 == 0) {
        peer.take();
      }
    }
    assertFalse(peer.connection.isEnded(), peer.connection.endReason());
    peer.connection.consumed(stream, 10);
    assertEquals(0, stream.heldCost);
  }

  @Test
  void streamsResetWhileNothingCanBeSentAreForgotten() throws Exception {
    TestPeer peer = client();
    peer.send(peer.request(1, true));
    peer.respond(1, 100_000);
    peer.take();
    List<WeakReference<Http2Stream>> streams = new ArrayList<>();
    for (int id = 3; id < 2000; id += 2) {
      peer.send(peer.request(id, true));
      streams.add(new WeakReference<>(peer.owner.stream(id)));
      peer.respond(id, 10);
      peer.send(TestFrames.reset(id, ErrorCode.CANCEL));
    }
    System.gc();
    int kept = 0;
    for (WeakReference<Http2Stream> stream : streams) {
      kept += stream.get() == null ? 0 : 1;
    }
    assertTrue(kept < 100, "kept: " + kept);
  }

  @Test
  void answersThatNobodyReadsEndTheConnection() {
    TestPeer peer = client();
    int requests = 0;
    HeaderList large = new HeaderList().add(":status", "200");
    large.add("x-large", new String(new char[4000]).replace('\0', 'x'));
    for (int id = 1; !peer.connection.isEnded() && id < 20_000; id += 2) {
      peer.send(peer.request(id, true));
      peer.connection.sendHeaders(peer.owner.stream(id), large, true);
      requests++;
      assertTrue(peer.connection.output().size() < 512 * 1024);
      if (requests % 50 == 0) {
        assertEquals(requests <= 100, peer.connection.wantsInput(), "input after " + requests);
      }
    }
    assertEquals(ErrorCode.ENHANCE_YOUR_CALM, peer.owner.failure);
    assertTrue(requests > 1000, "requests: " + requests);
  }

  @Test
  void responsesThatNobodyReadsEndTheConnectionAtTheBound() {
    limits.maxPendingBytes = 1 << 20;
    TestPeer peer = client(Frames.INITIAL_WINDOW_SIZE, Integer.MAX_VALUE);
    peer.send(TestFrames.windowUpdate(0, Integer.MAX_VALUE - 65_535));
    int calls = 0;
    for (int id = 1; !peer.connection.isEnded() && id < 200; id += 2) {
      peer.send(peer.request(id, true));
      peer.respond(id, 100_000);
      calls++;
      int output = peer.connection.output().size();
      assertTrue(output <= 256 * 1024 + 16_393 + 10_000, "output: " + output);
    }
    assertEquals(ErrorCode.ENHANCE_YOUR_CALM, peer.owner.failure);
    assertTrue(calls > 10, "calls: " + calls);
  }

  @Test
  void whatNobodyConsumesStaysWithinTheBound() {
    limits.maxPendingBytes = 4 << 20;
    TestPeer peer = client();
    Random random = new Random(1);
    for (int id = 1; id < 400 && peer.connection.receiveWindow() > 30_000; id += 2) {
      peer.send(peer.request(id, false));
      peer.send(TestFrames.data(id, 16_000 + random.nextInt(300), false));
    }
    assertFalse(peer.connection.isEnded());
    assertEquals(0, peer.take().stream().filter(f -> f.is(Frames.RST_STREAM)).count());
    int window = peer.connection.receiveWindow();
    for (TestOwner.Call call : new ArrayList<>(peer.owner.calls.values())) {
      peer.connection.consumed(call.stream, call.stream.held);
    }
    assertTrue(peer.connection.receiveWindow() > window);
  }
}
