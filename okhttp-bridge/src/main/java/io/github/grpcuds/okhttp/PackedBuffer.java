package io.github.grpcuds.okhttp;

import io.grpc.internal.AbstractReadableBuffer;
import io.grpc.internal.ReadableBuffer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** The bytes of several small buffers. More can be put at its end, but never where bytes are. */
final class PackedBuffer extends AbstractReadableBuffer {
  private static final int MAX_CAPACITY = 8192;

  private final byte[] bytes;
  private int position;
  private int limit;

  PackedBuffer(int capacity) {
    this.bytes = new byte[capacity];
  }

  private PackedBuffer(byte[] bytes, int position, int limit) {
    this.bytes = bytes;
    this.position = position;
    this.limit = limit;
  }

  int room() {
    return bytes.length - limit;
  }

  /** Of the buffer that follows this one, which begins with so many bytes. */
  int nextCapacity(int first) {
    return Math.max(first, Math.min(MAX_CAPACITY, 2 * bytes.length));
  }

  void append(ReadableBuffer buffer, int length) {
    buffer.readBytes(bytes, limit, length);
    limit += length;
  }

  @Override
  public int readableBytes() {
    return limit - position;
  }

  @Override
  public int readUnsignedByte() {
    checkReadable(1);
    return bytes[position++] & 0xff;
  }

  @Override
  public void skipBytes(int length) {
    checkReadable(length);
    position += length;
  }

  @Override
  public void readBytes(byte[] target, int offset, int length) {
    checkReadable(length);
    System.arraycopy(bytes, position, target, offset, length);
    position += length;
  }

  /** Asked for by gRPC up to 1.7x; {@code ReadableBuffer} has lost it since. */
  public void readBytes(ByteBuffer target) {
    int length = target.remaining();
    checkReadable(length);
    target.put(bytes, position, length);
    position += length;
  }

  @Override
  public void readBytes(OutputStream target, int length) throws IOException {
    checkReadable(length);
    target.write(bytes, position, length);
    position += length;
  }

  /** Shares the bytes: what is there does not change. */
  @Override
  public ReadableBuffer readBytes(int length) {
    checkReadable(length);
    position += length;
    return new PackedBuffer(bytes, position - length, position);
  }
}
