package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.http2.internal.InputChunk;
import io.github.grpcuds.testkit.Await;
import io.grpc.internal.ReadableBuffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The way of a request's bytes to gRPC. */
class InboundTest {
  private final InboundBuffer buffer = new InboundBuffer();
  private final MessageMemory held = new MessageMemory(10_000);

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static InputChunk chunk(byte[] bytes) {
    ByteBuffer memory = ByteBuffer.allocateDirect(bytes.length);
    memory.put(bytes);
    return new InputChunk(memory, chunk -> {});
  }

  private byte[] bytes(InboundBuffer.Piece piece) {
    byte[] read = new byte[piece.length];
    InboundPiece.counted(piece, new MessageMemory(0)).readBytes(read, 0, read.length);
    return read;
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
      if (length > 4000) {
        buffer.add(chunk(bytes), added, length);
      } else {
        buffer.add(bytes, added, length);
      }
      added += length;
      if (sizes.nextInt(4) == 0 || added == bytes.length) {
        for (InboundBuffer.Piece piece = buffer.take(); piece != null; piece = piece.next) {
          assertTrue(piece.length > 0, "an empty piece");
          byte[] expected = Arrays.copyOfRange(bytes, taken, taken + piece.length);
          assertArrayEquals(expected, bytes(piece));
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
    assertArrayEquals(bytes, bytes(piece));
  }

  @Test
  void oneFrameTakesNoMoreThanItsSize() {
    buffer.add(random(77), 0, 77);
    assertEquals(77, buffer.take().bytes.length);
  }

  private InboundPiece piece(int length) {
    assertTrue(held.add(length));
    buffer.add(random(length), 0, length);
    return InboundPiece.counted(buffer.take(), held);
  }

  @Test
  void pieceCountsUntilItIsClosed() {
    InboundPiece piece = piece(1000);
    assertEquals(1000 + MessageMemory.PIECE_COST, held.held());
    piece.skipBytes(1000);
    assertEquals(1000 + MessageMemory.PIECE_COST, held.held());
    piece.close();
    piece.close();
    assertEquals(0, held.held());
  }

  @Test
  void partsCountOnceTogether() {
    InboundPiece piece = piece(1000);
    byte[] bytes = random(1000);
    ReadableBuffer part = piece.readBytes(400);
    assertEquals(1000 + 2 * MessageMemory.PIECE_COST, held.held());
    byte[] read = new byte[1000];
    part.readBytes(read, 0, 400);
    piece.readBytes(read, 400, 600);
    assertArrayEquals(bytes, read);
    part.close();
    assertEquals(600 + MessageMemory.PIECE_COST, held.held());
    piece.close();
    assertEquals(0, held.held());
  }

  @Test
  void pieceInAChunkHoldsItUntilItAndItsPartsAreClosed() throws IOException {
    List<InputChunk> back = new ArrayList<>();
    byte[] bytes = random(1000);
    ByteBuffer memory = ByteBuffer.allocateDirect(1000);
    memory.put(bytes);
    InputChunk chunk = new InputChunk(memory, back::add);
    chunk.retain();
    buffer.add(chunk, 100, 900);
    chunk.release();
    assertTrue(held.add(900));
    InboundPiece piece = InboundPiece.counted(buffer.take(), held);
    assertFalse(piece.hasArray());

    ReadableBuffer part = piece.readBytes(400);
    byte[] read = new byte[900];
    part.readBytes(read, 0, 400);
    read[400] = (byte) piece.readUnsignedByte();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    piece.readBytes(out, 99);
    System.arraycopy(out.toByteArray(), 0, read, 401, 99);
    ByteBuffer hundred = ByteBuffer.allocate(100);
    piece.readBytes(hundred);
    System.arraycopy(hundred.array(), 0, read, 500, 100);
    assertEquals(300, piece.getByteBuffer().remaining());
    piece.readBytes(read, 600, 300);
    assertArrayEquals(Arrays.copyOfRange(bytes, 100, 1000), read);

    piece.close();
    piece.close();
    assertEquals(Collections.emptyList(), back);
    part.close();
    assertEquals(Collections.singletonList(chunk), back);
    assertEquals(0, held.held());
  }

  @Test
  void pieceInAnArrayGivesItsArray() throws IOException {
    InboundPiece piece = piece(1000);
    piece.skipBytes(10);
    ReadableBuffer part = piece.readBytes(20);
    byte[] bytes = random(1000);
    assertTrue(part.hasArray());
    assertEquals(bytes[10], part.array()[part.arrayOffset()]);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    part.readBytes(out, 20);
    assertArrayEquals(Arrays.copyOfRange(bytes, 10, 30), out.toByteArray());
    assertEquals(bytes[30], piece.array()[piece.arrayOffset()]);
  }

  @Test
  void chunksAreOnlySoMany() {
    InputChunks chunks = new InputChunks(2);
    InputChunk first = chunks.take();
    InputChunk second = chunks.take();
    assertNotSame(first, second);
    assertNull(chunks.take());
    first.bytes().put((byte) 1);
    first.release();
    assertSame(first, chunks.take());
    assertEquals(InputChunks.CHUNK_BYTES, first.bytes().remaining());
    assertEquals(2, chunks.held());
  }

  /** As if a message were never closed. */
  @Test
  void chunksThatNobodyLetGoAreFoundToBeLost() {
    InputChunks chunks = new InputChunks(1);
    assertNotNull(chunks.take());
    Await.until(
        () -> {
          System.gc();
          return chunks.take() != null;
        },
        () -> chunks.held() + " held");
    assertEquals(1, chunks.held());
  }

  @Test
  void limitIsPassedByTheFirstThatDoesNotFit() {
    assertTrue(held.add(9_000));
    assertFalse(held.add(1_000));
    held.remove(1_000);
    assertTrue(held.add(500));
  }
}
