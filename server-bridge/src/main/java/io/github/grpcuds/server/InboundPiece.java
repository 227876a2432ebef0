package io.github.grpcuds.server;

import io.github.grpcuds.http2.internal.InputChunk;
import io.grpc.internal.AbstractReadableBuffer;
import io.grpc.internal.ReadableBuffer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A part of a request as gRPC reads it; counted from its making until gRPC closes it. Its bytes are
 * in an array or in a chunk, which it holds.
 */
final class InboundPiece extends AbstractReadableBuffer {
  private final ByteBuffer bytes;
  private final InputChunk chunk; // null if they are in an array
  private final MessageMemory account;
  private final AtomicBoolean closed = new AtomicBoolean();
  private int counted;

  private InboundPiece(ByteBuffer bytes, InputChunk chunk, MessageMemory account) {
    this.bytes = bytes;
    this.chunk = chunk;
    this.account = account;
    this.counted = bytes.remaining();
  }

  /** A piece that the caller has counted, and has no other use for. */
  static InboundPiece counted(InboundBuffer.Piece piece, MessageMemory account) {
    ByteBuffer bytes =
        piece.chunk == null
            ? ByteBuffer.wrap(piece.bytes, piece.offset, piece.length)
            : piece.chunk.part(piece.offset, piece.length);
    return new InboundPiece(bytes, piece.chunk, account);
  }

  @Override
  public int readableBytes() {
    return bytes.remaining();
  }

  @Override
  public int readUnsignedByte() {
    checkReadable(1);
    return bytes.get() & 0xff;
  }

  @Override
  public void skipBytes(int length) {
    checkReadable(length);
    bytes.position(bytes.position() + length);
  }

  @Override
  public void readBytes(byte[] dest, int destOffset, int length) {
    checkReadable(length);
    bytes.get(dest, destOffset, length);
  }

  /** Overrides what grpc-core before 1.79 has in its interface. */
  public void readBytes(ByteBuffer dest) {
    checkReadable(dest.remaining());
    dest.put(first(dest.remaining()));
  }

  @Override
  public void readBytes(OutputStream dest, int length) throws IOException {
    checkReadable(length);
    ByteBuffer part = first(length);
    if (part.hasArray()) {
      dest.write(part.array(), part.arrayOffset() + part.position(), length);
    } else {
      byte[] copy = new byte[length];
      part.get(copy);
      dest.write(copy);
    }
  }

  /** The first bytes, which are read by that. */
  private ByteBuffer first(int length) {
    ByteBuffer part = bytes.duplicate();
    bytes.position(bytes.position() + length);
    part.limit(bytes.position());
    return part;
  }

  /** The first part, which shares the bytes; what it counts for, this one no longer does. */
  @Override
  public ReadableBuffer readBytes(int length) {
    checkReadable(length);
    InboundPiece part = new InboundPiece(first(length), chunk, account);
    if (chunk != null) {
      chunk.retain();
    }
    account.add(0); // the part is one more piece, of bytes that count already
    counted -= length;
    return part;
  }

  @Override
  public boolean hasArray() {
    return chunk == null;
  }

  @Override
  public byte[] array() {
    return bytes.array();
  }

  @Override
  public int arrayOffset() {
    return bytes.arrayOffset() + bytes.position();
  }

  @Override
  public boolean byteBufferSupported() {
    return true;
  }

  @Override
  public ByteBuffer getByteBuffer() {
    return bytes.slice();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      account.remove(counted);
      if (chunk != null) {
        chunk.release();
      }
    }
  }
}
