package io.github.grpcuds.http2.internal;

import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;

/** What clients do that mean no harm, as fast as they can: none is told to be calm. */
final class HonestClientsTest {
  private static final int KIB = 1024;

  private final Http2Limits limits = new Http2Limits();

  private TestPeer client(int... settings) {
    TestPeer peer = TestPeer.established(limits, settings);
    peer.owner.quiet = true;
    peer.owner.forgets = true;
    return peer;
  }

  private static void assertServed(TestPeer peer) {
    assertFalse(peer.connection.isEnded(), peer.connection.endReason());
  }

  private static void answer(TestPeer peer, int streamId) {
    Http2Stream stream = peer.owner.stream(streamId);
    peer.connection.sendHeaders(stream, new HeaderList().add(":status", "200"), false);
  }

  /** HAProxy and Go's net/http do so. */
  @Test
  void windowsMayBeOpenedEveryFewKilobytes() {
    TestPeer peer = client(Frames.MAX_FRAME_SIZE, Frames.LARGEST_MAX_FRAME_SIZE);
    peer.send(peer.request(1, true));
    answer(peer, 1);
    Http2Stream stream = peer.owner.stream(1);
    byte[] updates =
        Blocks.concat(TestFrames.windowUpdate(1, 2 * KIB), TestFrames.windowUpdate(0, 2 * KIB));
    for (int sent = 0; sent < 128 * 1024 * KIB && !peer.connection.isEnded(); sent += 32 * KIB) {
      peer.connection.sendData(stream, new byte[32 * KIB], 0, 32 * KIB, false);
      peer.take();
      for (int read = 0; read < 32 * KIB; read += 2 * KIB) {
        peer.send(updates);
      }
    }
    assertServed(peer);
  }

  /** A client with a large window may read all of it before it opens that again. */
  @Test
  void aLargeWindowMayBeOpenedAgainLate() {
    int window = 64 * 1024 * KIB;
    limits.maxPendingBytes = 2L * window;
    TestPeer peer = client(Frames.INITIAL_WINDOW_SIZE, window);
    peer.send(TestFrames.windowUpdate(0, window));
    peer.send(peer.request(1, true));
    answer(peer, 1);
    for (int round = 0; round < 4; round++) {
      peer.connection.sendData(peer.owner.stream(1), new byte[window], 0, window, false);
      peer.take();
      for (int read = 0; read < window; read += 4 * KIB) {
        peer.send(TestFrames.windowUpdate(1, 4 * KIB), TestFrames.windowUpdate(0, 4 * KIB));
      }
    }
    assertServed(peer);
  }

  @Test
  void allOpenCallsMayBeCancelledAtOnce() {
    TestPeer peer = client();
    for (int id = 1; id < 20_000; id += 2) {
      peer.send(peer.request(id, true));
    }
    for (int id = 1; id < 20_000; id += 2) {
      peer.send(TestFrames.reset(id, ErrorCode.CANCEL));
    }
    assertServed(peer);
  }

  /** Envoy's ext_proc does so. */
  @Test
  void answeredCallsMayBeReset() {
    TestPeer peer = client();
    for (int id = 1; id < 100_000; id += 2) {
      peer.send(peer.request(id, false), TestFrames.data(id, 10, false));
      answer(peer, id);
      peer.connection.sendData(peer.owner.stream(id), new byte[10], 0, 10, false);
      peer.take();
      peer.send(TestFrames.windowUpdate(0, 10), TestFrames.data(id, 0, true));
      peer.send(TestFrames.reset(id, ErrorCode.NO_ERROR));
    }
    assertServed(peer);
  }

  /** grpc-okhttp's client resets a stream again for each frame that it did not want any more. */
  @Test
  void eachFrameUnderWayMayBeAnsweredByAReset() {
    TestPeer peer = client();
    for (int id = 1; id < 2_000; id += 2) {
      peer.send(peer.request(id, true));
      answer(peer, id);
      int bytes = 60_000;
      peer.connection.sendData(peer.owner.stream(id), new byte[bytes], 0, bytes, false);
      peer.send(TestFrames.reset(id, ErrorCode.CANCEL), TestFrames.windowUpdate(0, bytes));
      for (SentFrame frame : peer.take()) {
        if (frame.streamId == id) {
          peer.send(TestFrames.reset(id, ErrorCode.STREAM_CLOSED));
        }
      }
    }
    // And of small messages, many frames of one stream.
    int id = 2_001;
    peer.send(peer.request(id, true));
    answer(peer, id);
    int frames = 0;
    for (int i = 0; i < 40_000; i++) {
      peer.connection.sendData(peer.owner.stream(id), new byte[1], 0, 1, false);
      frames += peer.take().size();
    }
    for (; frames > 0; frames--) {
      peer.send(TestFrames.reset(id, ErrorCode.STREAM_CLOSED));
    }
    assertServed(peer);
  }

  @Test
  void anUploadUnderWayMayFollowItsReset() {
    TestPeer peer = client();
    peer.send(peer.request(1, false), TestFrames.reset(1, ErrorCode.CANCEL));
    byte[] data = TestFrames.data(1, 16 * KIB, false);
    for (int i = 0; i < 20_000 && !peer.connection.isEnded(); i++) {
      peer.send(data);
      peer.take();
    }
    assertServed(peer);
  }

  @Test
  void eachRequestMayHaveAPriority() {
    TestPeer peer = client();
    byte[] priority = {0, 0, 0, 0, 15};
    for (int id = 1; id < 60_000; id += 2) {
      byte[] request = peer.request(id, true);
      byte[] block = java.util.Arrays.copyOfRange(request, 9, request.length);
      peer.send(
          TestFrames.frame(
              Frames.HEADERS,
              Frames.END_HEADERS | Frames.END_STREAM | Frames.PRIORITY_FLAG,
              id,
              Blocks.concat(priority, block)));
      peer.respond(id, 1);
      peer.send(TestFrames.windowUpdate(0, 1));
      peer.take();
    }
    assertServed(peer);
  }
}
