package io.github.grpcuds.http2;

/** Large segments of output, shared by all connections: few of them have much to send at a time. */
final class SegmentPool {
  /** As much as one write is given. */
  static final int SEGMENT_BYTES = 64 * 1024;

  private static final int MAX_FREE = 32;

  static final SegmentPool SHARED = new SegmentPool();

  private OutputBuffer.Segment free; // guarded by this, as count is
  private int count;

  synchronized OutputBuffer.Segment take() {
    OutputBuffer.Segment taken = free;
    if (taken == null) {
      return new OutputBuffer.Segment(SEGMENT_BYTES);
    }
    free = taken.next;
    taken.next = null;
    count--;
    return taken;
  }

  synchronized void give(OutputBuffer.Segment segment) {
    if (count < MAX_FREE) {
      segment.next = free;
      free = segment;
      count++;
    }
  }
}
