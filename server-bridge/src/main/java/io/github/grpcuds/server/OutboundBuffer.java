package io.github.grpcuds.server;

import io.github.grpcuds.http2.internal.OutputChunk;
import io.grpc.internal.WritableBuffer;

/** What gRPC writes a message, or a part of it, to. */
final class OutboundBuffer implements WritableBuffer {
  private static final int SMALLEST = 32;

  /** From here on a chunk takes it; less would leave most of that empty. */
  private static final int LARGE = OutputChunk.BYTES / 2;

  private final OutputChunk chunk; // null for little
  private final byte[] bytes;
  private int length;

  private OutboundBuffer(OutputChunk chunk, byte[] bytes) {
    this.chunk = chunk;
    this.bytes = bytes;
  }

  /** As much as gRPC asks for, within bounds; it asks for the rest later. */
  static OutboundBuffer allocate(int capacityHint) {
    if (capacityHint < LARGE) {
      return new OutboundBuffer(null, new byte[Math.max(SMALLEST, capacityHint)]);
    }
    OutputChunk chunk = OutputChunk.take();
    return new OutboundBuffer(chunk, chunk.bytes());
  }

  /** What {@link #bytes} belongs to; null if it is an array of its own. */
  OutputChunk chunk() {
    return chunk;
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

  /** gRPC does not send it. */
  @Override
  public void release() {
    if (chunk != null) {
      chunk.discard();
    }
  }
}
