package io.github.grpcuds.transport.internal.posix;

import java.util.Arrays;

/**
 * Names watches by numbers of which none is used twice: an event that comes late, for a descriptor
 * whose number is somebody else's by now, finds nobody. A token is a slot and when it was taken.
 */
final class TokenTable {
  private static final int FIRST_SIZE = 64;

  private PosixWatch[] slots = new PosixWatch[FIRST_SIZE];
  private int[] free = new int[FIRST_SIZE]; // a stack of slots that were given back
  private int freeCount;
  private int used; // slots from here on were never taken
  private long taken;

  /** Gives the watch a token, and remembers it. */
  void add(PosixWatch watch) {
    int slot = freeCount > 0 ? free[freeCount - 1] : used;
    if (slot == slots.length) {
      int[] moreFree =
          Arrays.copyOf(free, 2 * slot); // either may lack memory: then all is as it was
      slots = Arrays.copyOf(slots, 2 * slot);
      free = moreFree;
    }
    if (freeCount > 0) {
      freeCount--;
    } else {
      used++;
    }
    slots[slot] = watch;
    watch.token = (++taken & Integer.MAX_VALUE) << 32 | slot;
  }

  /** Null if the watch of that token is gone. */
  PosixWatch get(long token) {
    PosixWatch watch = slots[(int) token];
    return watch != null && watch.token == token ? watch : null;
  }

  /** Forgets a watch, if it is not forgotten yet. */
  void remove(PosixWatch watch) {
    int slot = (int) watch.token;
    if (slots[slot] == watch) {
      slots[slot] = null;
      free[freeCount++] = slot;
    }
  }
}
