package io.github.grpcuds.http2.internal;

/** Parts of a stream's body, in order, in the arrays they came in. */
final class PieceQueue {
  private Piece first;
  private Piece last;
  private int bytes;
  private long cost;

  private static final class Piece {
    final byte[] array;
    final OutputChunk chunk; // held; null if the array is not that of one
    int offset;
    int length;
    Piece next;

    Piece(byte[] array, int offset, int length, OutputChunk chunk) {
      this.array = array;
      this.chunk = chunk;
      this.offset = offset;
      this.length = length;
    }

    void release() {
      if (chunk != null) {
        chunk.release();
      }
    }

    long cost() {
      return array.length + (long) PendingBytes.PIECE_COST;
    }
  }

  int bytes() {
    return bytes;
  }

  /** Memory that the queue holds. */
  long cost() {
    return cost;
  }

  void add(byte[] array, int offset, int length, OutputChunk chunk) {
    Piece piece = new Piece(array, offset, length, chunk);
    if (chunk != null) {
      chunk.retain();
    }
    if (last == null) {
      first = piece;
    } else {
      last.next = piece;
    }
    last = piece;
    bytes += length;
    cost += piece.cost();
  }

  /** Counts what else is kept for as long as the queue is not cleared. */
  void charge(long bytes) {
    cost += bytes;
  }

  /** Moves the first bytes to the output, as many as said, which must be there. */
  void moveTo(OutputBuffer output, int count) {
    int left = count;
    while (left > 0) {
      int part = Math.min(left, first.length);
      output.writeBody(first.array, first.offset, part, first.chunk);
      first.offset += part;
      first.length -= part;
      left -= part;
      if (first.length == 0) {
        cost -= first.cost();
        first.release();
        first = first.next;
      }
    }
    if (first == null) {
      last = null;
    }
    bytes -= count;
  }

  void clear() {
    for (Piece piece = first; piece != null; piece = piece.next) {
      piece.release();
    }
    first = null;
    last = null;
    bytes = 0;
    cost = 0;
  }
}
