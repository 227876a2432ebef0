package io.github.grpcuds.http2.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InputChunkTest {
  private final TestPeer peer = TestPeer.established();

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private void receive(byte[]... frames) {
    byte[] bytes = Blocks.concat(frames);
    peer.receiveChunk(bytes, 0, bytes.length);
  }

  private static byte[] data(int streamId, int flags, byte[] payload) {
    return TestFrames.frame(Frames.DATA, flags, streamId, payload);
  }

  @Test
  void goesBackWhenTheLastHolderHasLetGo() {
    List<InputChunk> back = new ArrayList<>();
    InputChunk chunk = new InputChunk(ByteBuffer.allocateDirect(1), back::add);
    chunk.retain();
    chunk.retain();
    chunk.release();
    assertEquals(Collections.emptyList(), back);
    chunk.release();
    assertEquals(Collections.singletonList(chunk), back);
  }

  @Test
  void largeDataIsSharedAndTheRestCopied() {
    byte[] body = random(16_000);
    receive(peer.request(1, false), data(1, 0, random(4095)), TestFrames.windowUpdate(0, 7));
    assertEquals(0, peer.owner.shared);
    receive(data(1, Frames.END_STREAM, body), peer.request(3, true));
    assertEquals(1, peer.owner.shared);
    assertArrayEquals(
        Blocks.concat(random(4095), body), peer.owner.calls.get(1).body.toByteArray());
    assertTrue(peer.owner.calls.get(1).requestEnded);
    assertTrue(peer.owner.calls.get(3).requestEnded);
  }

  @Test
  void paddingIsNoData() {
    byte[] body = random(5000);
    byte[] padded = Blocks.concat(new byte[] {(byte) 255}, body, new byte[255]);
    receive(
        peer.request(1, false), data(1, Frames.PADDED | Frames.END_STREAM, padded), new byte[0]);
    assertEquals(1, peer.owner.shared);
    assertArrayEquals(body, peer.owner.calls.get(1).body.toByteArray());
    assertTrue(peer.owner.calls.get(1).requestEnded);
    assertFalse(peer.connection.isEnded(), peer.connection.endReason());
  }

  @Test
  void largeDataIsExpectedAfterALargeFrame() {
    assertFalse(peer.connection.expectsLargeData());
    peer.send(peer.request(1, false), data(1, 0, random(4096)));
    assertTrue(peer.connection.expectsLargeData());
    peer.send(TestFrames.windowUpdate(0, 7));
    assertTrue(peer.connection.expectsLargeData());
    peer.send(data(1, 0, random(4095)));
    assertFalse(peer.connection.expectsLargeData());
  }
}
