package io.github.grpcuds.server;

import io.grpc.internal.WritableBuffer;

/** What gRPC writes a message, or a part of it, to. */
final class OutboundBuffer implements WritableBuffer {
  /** So that no large array is needed, which the garbage collector keeps apart. */
  static final int LARGEST = 256 * 1024;

  private static final int SMALLEST = 32;

  private final byte[] bytes;
  private int length;

  private OutboundBuffer(int capacity) {
    bytes = new byte[capacity];
  }

  /** As much as gRPC asks for, within bounds; it asks for the rest later. */
  static OutboundBuffer allocate(int capacityHint) {
    return new OutboundBuffer(Math.max(SMALLEST, Math.min(capacityHint, LARGEST)));
  }

  /** The array itself, of which {@link #readableBytes} are in use. */
  byte[] bytes() {
    return bytes;
  }

  @Override
  public void write(byte[] source, int offset, int count) {
    System.arraycopy(source, offset, bytes, length, count);
    length += count;
  }

  @Override
  public void write(byte b) {
    bytes[length++] = b;
  }

  @Override
  public int writableBytes() {
    return bytes.length - length;
  }

  @Override
  public int readableBytes() {
    return length;
  }

  @Override
  public void release() {}
}
