package io.github.grpcuds.http2.internal;

import java.util.Arrays;

/**
 * How the last streams ended, to tell frames that were under way when this side ended a stream,
 * which are ignored, from those that the peer must not have sent (RFC 9113, section 5.1, "closed").
 */
final class ClosedStreams {
  private static final int FIRST_CAPACITY = 16;
  private static final int MAX_REMEMBERED = 256;

  private int[] ended = new int[FIRST_CAPACITY]; // a stream's number; negative if the peer ended it
  private boolean[] reset = new boolean[FIRST_CAPACITY]; // by the peer
  private int next;

  void add(int id, boolean byPeer) {
    if (next == ended.length) {
      if (ended.length < MAX_REMEMBERED) {
        ended = Arrays.copyOf(ended, 2 * ended.length);
        reset = Arrays.copyOf(reset, ended.length);
      } else {
        next = 0;
      }
    }
    reset[next] = false;
    ended[next++] = byPeer ? -id : id;
  }

  /** The peer resets a stream, the first time; false if it has before, or there is none such. */
  boolean resetByPeer(int id) {
    int index = Math.max(find(id), find(-id));
    if (index < 0 || reset[index]) {
      return false;
    }
    reset[index] = true;
    return true;
  }

  /**
   * The peer has reset it in place of ending it. What comes then concerns this stream alone (RFC
   * 7540, section 5.1): grpc-okhttp's client sends DATA after a reset when a response ends before
   * the request.
   */
  boolean wasResetByPeer(int id) {
    int index = find(id);
    return index >= 0 && reset[index];
  }

  /** The peer has ended its side with END_STREAM: it may send no more. */
  boolean wasEndedByPeer(int id) {
    return contains(-id);
  }

  /** The stream has ended, or was reset, before the peer had ended its side. */
  boolean wasEndedHere(int id) {
    return contains(id);
  }

  /** The peer ends a stream that this side has ended before; false if there is none such. */
  boolean endByPeer(int id) {
    int index = find(id);
    if (index >= 0) {
      ended[index] = -id;
    }
    return index >= 0;
  }

  private boolean contains(int value) {
    return find(value) >= 0;
  }

  private int find(int value) {
    for (int i = 0; i < ended.length; i++) {
      if (ended[i] == value) {
        return i;
      }
    }
    return -1;
  }
}
