package io.github.grpcuds.http2.internal;

/**
 * Decodes the Huffman code of RFC 7541, appendix B.
 *
 * <p>A state machine that eats half an octet at a time: the shortest code has five bits, so a step
 * ends one symbol at most, and its table (16 KiB) stays in the first-level cache. There is no
 * encoder, see {@link HpackEncoder}.
 */
final class Huffman {
  private static final int EOS = 256;
  private static final int MAX_BITS = 30;

  /** Bits of the code of each symbol. The code is canonical, so these tell all of it. */
  private static final int[] LENGTHS = {
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, //
    28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28, //
    6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, //
    5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, //
    13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, //
    7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, //
    15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, //
    6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, //
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, //
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, //
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, //
    21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, //
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, //
    19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, //
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, //
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, //
    30,
  };

  /** States are the inner nodes of the code's tree, the root first, and one for codes gone bad. */
  private static final int BAD =
      EOS; // as many inner nodes as symbols, which is one less than leaves

  private static final int STATES = BAD + 1;

  // A step: the symbol it ends in the low octet, how many it ends (0 or 1), whether the input may
  // stop after it, and 16 times the next state, to which the next half octet is added.
  private static final int SYMBOL_SHIFT = 8;
  private static final int MAY_STOP = 1 << 9;
  private static final int STATE_SHIFT = 12;
  private static final int[] STEPS = steps(tree());

  private Huffman() {}

  /**
   * Decodes a string; writes as much as {@code out} holds.
   *
   * @return the length of the whole string, which may be more than was written; -1 if it is not
   *     valid: it contains EOS, or ends in anything but up to seven bits of EOS
   */
  static int decode(byte[] in, int from, int to, byte[] out) {
    int length = 0;
    int step = MAY_STOP;
    for (int i = from; i < to; i++) {
      int octet = in[i];
      step = STEPS[(step >>> STATE_SHIFT) + (octet >> 4 & 0xf)];
      if (length < out.length) {
        out[length] = (byte) step; // counted only if it is a symbol: no branch to mispredict
      }
      length += step >> SYMBOL_SHIFT & 1;
      step = STEPS[(step >>> STATE_SHIFT) + (octet & 0xf)];
      if (length < out.length) {
        out[length] = (byte) step;
      }
      length += step >> SYMBOL_SHIFT & 1;
    }
    return (step & MAY_STOP) == 0 ? -1 : length;
  }

  /** Each node's two children: an inner node's number, or {@code -1 - symbol}. */
  private static int[][] tree() {
    int[][] tree = new int[EOS][2];
    int nodes = 1;
    int code = 0;
    for (int bits = 1; bits <= MAX_BITS; bits++) {
      code <<= 1;
      for (int symbol = 0; symbol <= EOS; symbol++) {
        if (LENGTHS[symbol] == bits) {
          nodes = plant(tree, nodes, symbol, code++);
        }
      }
    }
    return tree;
  }

  private static int plant(int[][] tree, int nodes, int symbol, int code) {
    int node = 0;
    for (int bit = LENGTHS[symbol] - 1; bit > 0; bit--) {
      int side = code >> bit & 1;
      if (tree[node][side] == 0) {
        tree[node][side] = nodes++;
      }
      node = tree[node][side];
    }
    tree[node][code & 1] = -1 - symbol;
    return nodes;
  }

  private static int[] steps(int[][] tree) {
    boolean[] mayStop = mayStop(tree);
    int[] steps = new int[STATES << 4];
    for (int state = 0; state < STATES; state++) {
      for (int half = 0; half < 16; half++) {
        steps[(state << 4) + half] = step(tree, state, half, mayStop);
      }
    }
    return steps;
  }

  private static int step(int[][] tree, int state, int half, boolean[] mayStop) {
    int node = state;
    int symbol = 0;
    for (int bit = 3; bit >= 0 && node != BAD; bit--) {
      node = tree[node][half >> bit & 1];
      if (node == -1 - EOS) {
        node = BAD;
      } else if (node < 0) {
        symbol = 1 << SYMBOL_SHIFT | (-1 - node);
        node = 0;
      }
    }
    return node << 4 << STATE_SHIFT | (mayStop[node] ? MAY_STOP : 0) | symbol;
  }

  /** Padding is up to seven of the ones that EOS starts with (section 5.2). */
  private static boolean[] mayStop(int[][] tree) {
    boolean[] mayStop = new boolean[STATES];
    int node = 0;
    for (int ones = 0; ones <= 7; ones++) {
      mayStop[node] = true;
      node = tree[node][1];
    }
    return mayStop;
  }
}
