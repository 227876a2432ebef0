package io.github.grpcuds.okhttp;

import io.grpc.internal.CompositeReadableBuffer;
import io.grpc.internal.ReadableBuffer;

/**
 * What a stream has received and nobody has read: large buffers as they came, small ones packed
 * into a few.
 *
 * <p>Guarded by the lock of the stream's transport. What has been taken out of it is read by other
 * threads, and not touched any more.
 */
final class PackedInput extends CompositeReadableBuffer {
  /** Copying so many bytes costs less than to keep what they came in. */
  private static final int SMALL_BYTES = 4096;

  private PackedBuffer last; // still in here, with room at its end; null if there is none
  private int packedLater; // bytes put into buffers that were here already
  int headerBlocks = 1; // that the stream has received

  @Override
  public void addBuffer(ReadableBuffer buffer) {
    int bytes = buffer.readableBytes();
    if (bytes >= SMALL_BYTES) {
      last = null;
      super.addBuffer(buffer);
      return;
    }
    if (bytes > 0) { // else there would be no end to them
      pack(buffer, bytes);
    }
    buffer.close();
  }

  private void pack(ReadableBuffer buffer, int bytes) {
    if (last != null && last.room() >= bytes) {
      last.append(buffer, bytes);
      packedLater += bytes;
    } else {
      PackedBuffer next = new PackedBuffer(last == null ? bytes : last.nextCapacity(bytes));
      next.append(buffer, bytes);
      super.addBuffer(next);
      last = next;
    }
  }

  @Override
  public int readableBytes() {
    return super.readableBytes() + packedLater;
  }

  @Override
  public ReadableBuffer readBytes(int length) {
    ReadableBuffer read = super.readBytes(length);
    forgetLastIfEmpty();
    return read;
  }

  @Override
  public void readBytes(byte[] target, int offset, int length) {
    super.readBytes(target, offset, length);
    forgetLastIfEmpty();
  }

  @Override
  public int readUnsignedByte() {
    int read = super.readUnsignedByte();
    forgetLastIfEmpty();
    return read;
  }

  @Override
  public void skipBytes(int length) {
    super.skipBytes(length);
    forgetLastIfEmpty();
  }

  /** Whoever took the last bytes may have taken the buffer that they were in. */
  private void forgetLastIfEmpty() {
    if (readableBytes() == 0) {
      last = null;
    }
  }

  @Override
  public void close() {
    last = null;
    super.close();
  }
}
