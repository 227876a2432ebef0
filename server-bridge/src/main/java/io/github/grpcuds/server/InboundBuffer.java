package io.github.grpcuds.server;

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
    final byte[] bytes;
    final int length;
    Piece next;

    Piece(byte[] bytes, int length) {
      this.bytes = bytes;
      this.length = length;
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

  private void makeRoom(int needed) {
    if (needed > open.length) {
      open = Arrays.copyOf(open, Math.max(needed, Math.min(2 * needed, PIECE_BYTES)));
    }
  }

  private void finishOpen() {
    Piece piece = new Piece(open, openLength);
    if (first == null) {
      first = piece;
    } else {
      newest.next = piece;
    }
    newest = piece;
    open = NONE;
    openLength = 0;
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
