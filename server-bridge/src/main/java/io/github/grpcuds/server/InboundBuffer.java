package io.github.grpcuds.server;

import io.github.grpcuds.http2.internal.InputChunk;
import java.util.Arrays;

/**
 * Gathers what came for a stream until somebody has time for it: many small frames make one piece.
 *
 * <p>Guarded by the connection's lock.
 */
final class InboundBuffer {
  /** Up to here a piece grows; beyond, copying it again costs more than one piece more. */
  static final int PIECE_BYTES = 16 * 1024;

  /** One piece, and those after it; the bytes are the taker's. */
  static final class Piece {
    final byte[] bytes; // null if they are in a chunk
    final InputChunk chunk; // held; null if the bytes are in an array
    final int offset;
    final int length;
    Piece next;

    private Piece(byte[] bytes, InputChunk chunk, int offset, int length) {
      this.bytes = bytes;
      this.chunk = chunk;
      this.offset = offset;
      this.length = length;
    }

    /** Of no use any more. */
    void drop() {
      if (chunk != null) {
        chunk.release();
      }
    }
  }

  private static final byte[] NONE = {};

  private Piece first; // of those that are full
  private Piece newest;
  private byte[] open = NONE; // the one that grows
  private int openLength;

  void add(byte[] buffer, int offset, int length) {
    if (length == 0) {
      return;
    }
    int together = openLength + length;
    if (openLength > 0 && together > open.length && together > PIECE_BYTES) {
      finishOpen();
    }
    if (openLength == 0) { // mostly the only one: no more than it needs
      open = Arrays.copyOfRange(buffer, offset, offset + length);
    } else {
      makeRoom(together);
      System.arraycopy(buffer, offset, open, openLength, length);
    }
    openLength += length;
  }

  /** Adds bytes that stay where they are. */
  void add(InputChunk chunk, int offset, int length) {
    if (openLength > 0) {
      finishOpen();
    }
    append(new Piece(null, chunk, offset, length));
    chunk.retain();
  }

  private void makeRoom(int needed) {
    if (needed > open.length) {
      open = Arrays.copyOf(open, Math.max(needed, Math.min(2 * needed, PIECE_BYTES)));
    }
  }

  private void finishOpen() {
    append(new Piece(open, null, 0, openLength));
    open = NONE;
    openLength = 0;
  }

  private void append(Piece piece) {
    if (first == null) {
      first = piece;
    } else {
      newest.next = piece;
    }
    newest = piece;
  }

  /** Takes all there is; null if there is nothing. */
  Piece take() {
    if (openLength > 0) {
      finishOpen();
    }
    Piece taken = first;
    first = null;
    newest = null;
    return taken;
  }
}
