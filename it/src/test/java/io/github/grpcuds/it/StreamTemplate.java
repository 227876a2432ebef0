package io.github.grpcuds.it;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Frames to be sent again and again, each time on a new stream. They are built for one stream, and
 * get the numbers of the others in place, which costs an attacker next to nothing.
 */
final class StreamTemplate {
  private final ByteBuffer bytes;
  private final int[] frames; // where each begins
  private final int framesPerStream;
  private int nextStream;

  /**
   * @param stream the number the frames were built with; the first one, too
   * @param repeats how many streams one chunk is for
   */
  StreamTemplate(int stream, int repeats, byte[]... framesOfAStream) {
    byte[] once = RawFrames.join(framesOfAStream);
    int[] starts = starts(once);
    framesPerStream = starts.length;
    bytes = ByteBuffer.wrap(RawFrames.times(repeats, once));
    frames = new int[repeats * framesPerStream];
    for (int i = 0; i < frames.length; i++) {
      frames[i] = i / framesPerStream * once.length + starts[i % framesPerStream];
    }
    nextStream = stream;
  }

  private static int[] starts(byte[] frames) {
    int[] starts = new int[frames.length / 9];
    int count = 0;
    for (int at = 0; at < frames.length; at += 9 + length(frames, at)) {
      starts[count++] = at;
    }
    return Arrays.copyOf(starts, count);
  }

  private static int length(byte[] frames, int at) {
    return ByteBuffer.wrap(frames).getInt(at) >>> 8;
  }

  /** The next chunk, valid until the next call; frames of stream 0 stay on it. */
  byte[] next() {
    for (int i = 0; i < frames.length; i++) {
      int at = frames[i] + 5;
      if (bytes.getInt(at) != 0) {
        bytes.putInt(at, nextStream);
      }
      if (i % framesPerStream == framesPerStream - 1) {
        nextStream = (nextStream + 2) & Integer.MAX_VALUE;
      }
    }
    return bytes.array();
  }
}
