package io.github.grpcuds.okhttp;

import io.grpc.internal.CompositeReadableBuffer;

/**
 * Has the bytes of a stream that wait for their reader packed.
 *
 * <p>By itself gRPC keeps what each DATA frame brought as it came, and that is a segment of 8 KiB
 * of Okio's, however few bytes are in it.
 */
final class SmallMessages {
  private static final boolean PACKED = ClientGuard.SMALL_MESSAGES.isThere();

  /** Header blocks of a stream that are not its last; one more for each 1xx. */
  private static final int MAX_BLOCKS = 8;

  private final ConnectionGuard guard;

  SmallMessages(ConnectionGuard guard) {
    this.guard = guard;
  }

  /** A header block that is not the last has come for the stream, and no message yet. */
  void pack(Object stream) {
    if (!PACKED) {
      return;
    }
    synchronized (guard.lock()) {
      Object state = OkHttpInternals.get(OkHttpInternals.STREAM_STATE, stream);
      Object deframer = OkHttpInternals.get(OkHttpInternals.STATE_DEFRAMER, state);
      if (!OkHttpInternals.DEFRAMER_INPUT.getDeclaringClass().isInstance(deframer)) {
        return;
      }
      Object input = OkHttpInternals.get(OkHttpInternals.DEFRAMER_INPUT, deframer);
      if (input instanceof PackedInput) {
        countBlock((PackedInput) input);
      } else if (input != null && ((CompositeReadableBuffer) input).readableBytes() == 0) {
        OkHttpInternals.set(OkHttpInternals.DEFRAMER_INPUT, deframer, new PackedInput());
      }
    }
  }

  private static void countBlock(PackedInput input) {
    if (++input.headerBlocks > MAX_BLOCKS) {
      throw new ProtocolViolation("sends one header block after the other for a stream");
    }
  }
}
