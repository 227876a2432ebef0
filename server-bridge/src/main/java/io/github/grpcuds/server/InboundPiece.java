package io.github.grpcuds.server;

import io.grpc.internal.AbstractReadableBuffer;
import io.grpc.internal.ReadableBuffer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;

/** A part of a request as gRPC reads it; counted from its making until gRPC closes it. */
final class InboundPiece extends AbstractReadableBuffer {
  private final byte[] bytes;
  private final int end;
  private final HeldBytes account;
  private final AtomicBoolean closed = new AtomicBoolean();
  private int offset;
  private int counted;

  private InboundPiece(byte[] bytes, int offset, int length, HeldBytes account) {
    this.bytes = bytes;
    this.offset = offset;
    this.end = offset + length;
    this.account = account;
    this.counted = length;
  }

  /** A piece that the caller has counted; the bytes are its own. */
  static InboundPiece counted(byte[] bytes, int length, HeldBytes account) {
    return new InboundPiece(bytes, 0, length, account);
  }

  @Override
  public int readableBytes() {
    return end - offset;
  }

  @Override
  public int readUnsignedByte() {
    checkReadable(1);
    return bytes[offset++] & 0xff;
  }

  @Override
  public void skipBytes(int length) {
    checkReadable(length);
    offset += length;
  }

  @Override
  public void readBytes(byte[] dest, int destOffset, int length) {
    checkReadable(length);
    System.arraycopy(bytes, offset, dest, destOffset, length);
    offset += length;
  }

  /** Overrides what grpc-core before 1.79 has in its interface. */
  public void readBytes(ByteBuffer dest) {
    int length = dest.remaining();
    checkReadable(length);
    dest.put(bytes, offset, length);
    offset += length;
  }

  @Override
  public void readBytes(OutputStream dest, int length) throws IOException {
    checkReadable(length);
    dest.write(bytes, offset, length);
    offset += length;
  }

  /** The first part, which shares the bytes; what it counts for, this one no longer does. */
  @Override
  public ReadableBuffer readBytes(int length) {
    checkReadable(length);
    InboundPiece part = new InboundPiece(bytes, offset, length, account);
    account.add(0); // the part is one more piece, of bytes that count already
    offset += length;
    counted -= length;
    return part;
  }

  @Override
  public boolean hasArray() {
    return true;
  }

  @Override
  public byte[] array() {
    return bytes;
  }

  @Override
  public int arrayOffset() {
    return offset;
  }

  @Override
  public boolean byteBufferSupported() {
    return true;
  }

  @Override
  public ByteBuffer getByteBuffer() {
    return ByteBuffer.wrap(bytes, offset, readableBytes()).slice();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      account.remove(counted);
    }
  }
}
