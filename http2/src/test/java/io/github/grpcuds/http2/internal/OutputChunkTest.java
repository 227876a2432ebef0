package io.github.grpcuds.http2.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class OutputChunkTest {
  private final ArrayPool arrays = new ArrayPool(10);
  private final TestPeer peer = TestPeer.established(Frames.INITIAL_WINDOW_SIZE, 20_000);

  private Http2Stream request() {
    peer.send(peer.request(1, true));
    return peer.owner.stream(1);
  }

  private void send(Http2Stream stream, boolean end) {
    OutputChunk chunk = OutputChunk.of(arrays);
    peer.connection.sendData(stream, chunk, 15_000, end);
  }

  @Test
  void goesBackWhenItIsSent() {
    Http2Stream stream = request();
    send(stream, false);
    send(stream, true);
    assertEquals(0, arrays.free());
    peer.take();
    assertEquals(1, arrays.free());
    peer.send(TestFrames.windowUpdate(1, 20_000));
    peer.take();
    assertEquals(2, arrays.free());
    assertEquals(0, peer.connection.openStreams());
  }

  @Test
  void goesBackWhenItsStreamIsReset() {
    Http2Stream stream = request();
    send(stream, false);
    send(stream, false);
    send(stream, false);
    peer.send(TestFrames.reset(1, ErrorCode.CANCEL));
    assertEquals(1, arrays.free(), "parts of the others are in the output");
    peer.take();
    assertEquals(3, arrays.free());
  }

  @Test
  void goesBackWhenNothingIsSentAnyMore() {
    Http2Stream stream = request();
    peer.connection.reset(stream, ErrorCode.CANCEL);
    send(stream, true);
    assertEquals(1, arrays.free());
  }
}
