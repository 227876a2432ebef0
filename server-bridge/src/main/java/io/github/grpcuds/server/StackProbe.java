package io.github.grpcuds.server;

/**
 * Finds out that a handler has used up its thread's stack before anything is begun that must not be
 * left in the middle: a lock that stays taken, a frame without its end.
 */
final class StackProbe {
  /** Some 10 KB of stack, three times what sending takes. */
  private static final int FRAMES = 96;

  private StackProbe() {}

  /**
   * Returns if there is stack enough to send.
   *
   * @throws StackOverflowError if not; nothing has happened then
   */
  static void require() {
    descend(FRAMES, 1, 2, 3, 4, 5, 6);
  }

  /** Has much to remember for the time after the call, so that each frame is a large one. */
  private static long descend(int left, long a, long b, long c, long d, long e, long f) {
    return left == 0
        ? a
        : descend(left - 1, b + left, c, d, e, f, a) + 3 * a + 5 * b + 7 * c + 11 * d + 13 * e + f;
  }
}
