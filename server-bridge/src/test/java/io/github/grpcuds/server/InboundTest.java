package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.internal.ReadableBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The way of a request's bytes to gRPC. */
class InboundTest {
  private final InboundBuffer buffer = new InboundBuffer();
  private final HeldBytes held = new HeldBytes(10_000);

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  @Test
  void whatIsAddedIsTakenInOrderWhateverTheSizes() {
    byte[] bytes = random(500_000);
    Random sizes = new Random(1);
    int added = 0;
    int taken = 0;
    while (taken < bytes.length) {
      int largest = sizes.nextBoolean() ? 10 : 20_000;
      int length = Math.min(bytes.length - added, sizes.nextInt(largest));
      buffer.add(bytes, added, length);
      added += length;
      if (sizes.nextInt(4) == 0 || added == bytes.length) {
        for (InboundBuffer.Piece piece = buffer.take(); piece != null; piece = piece.next) {
          assertTrue(piece.length > 0, "an empty piece");
          byte[] expected = Arrays.copyOfRange(bytes, taken, taken + piece.length);
          assertArrayEquals(expected, Arrays.copyOf(piece.bytes, piece.length));
          taken += piece.length;
        }
      }
    }
    assertNull(buffer.take());
  }

  @Test
  void manySmallFramesMakeFewPieces() {
    byte[] bytes = random(InboundBuffer.PIECE_BYTES);
    for (int i = 0; i < bytes.length; i++) {
      buffer.add(bytes, i, 1);
    }
    InboundBuffer.Piece piece = buffer.take();
    assertNotNull(piece);
    assertNull(piece.next);
    assertArrayEquals(bytes, Arrays.copyOf(piece.bytes, piece.length));
  }

  @Test
  void oneFrameTakesNoMoreThanItsSize() {
    buffer.add(random(77), 0, 77);
    assertEquals(77, buffer.take().bytes.length);
  }

  private InboundPiece piece(int length) {
    assertTrue(held.add(length));
    return InboundPiece.counted(random(length), length, held);
  }

  @Test
  void pieceCountsUntilItIsClosed() {
    InboundPiece piece = piece(1000);
    assertEquals(1000 + HeldBytes.PIECE_COST, held.held());
    piece.skipBytes(1000);
    assertEquals(1000 + HeldBytes.PIECE_COST, held.held());
    piece.close();
    piece.close();
    assertEquals(0, held.held());
  }

  @Test
  void partsCountOnceTogether() {
    InboundPiece piece = piece(1000);
    byte[] bytes = random(1000);
    ReadableBuffer part = piece.readBytes(400);
    assertEquals(1000 + 2 * HeldBytes.PIECE_COST, held.held());
    byte[] read = new byte[1000];
    part.readBytes(read, 0, 400);
    piece.readBytes(read, 400, 600);
    assertArrayEquals(bytes, read);
    part.close();
    assertEquals(600 + HeldBytes.PIECE_COST, held.held());
    piece.close();
    assertEquals(0, held.held());
  }

  @Test
  void limitIsPassedByTheFirstThatDoesNotFit() {
    assertTrue(held.add(9_000));
    assertFalse(held.add(1_000));
    held.remove(1_000);
    assertTrue(held.add(500));
  }
}
