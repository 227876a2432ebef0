package io.github.grpcuds.http2.internal;

import java.util.Arrays;

/** Reads the integers and strings of a header block (RFC 7541, section 5). */
final class BlockReader {
  private static final byte[] EMPTY = {};

  /** Five octets of seven bits hold more than an int; longer encodings are refused. */
  private static final int MAX_SHIFT = 28;

  /** Strings up to this length, which is most of them, are decoded in one pass. */
  private static final int SCRATCH = 512;

  private final byte[] scratch = new byte[SCRATCH];
  private byte[] block = EMPTY;
  private int position;
  private int end;

  void open(byte[] newBlock, int offset, int length) {
    block = newBlock;
    position = offset;
    end = offset + length;
  }

  /** Lets go of the block. */
  void close() {
    open(EMPTY, 0, 0);
  }

  boolean hasMore() {
    return position < end;
  }

  /** The next octet, which is read again; only if there is one. */
  int peek() {
    return block[position] & 0xff;
  }

  int next() throws Http2Exception {
    if (position == end) {
      throw error("Header block ends within a field");
    }
    return block[position++] & 0xff;
  }

  /** An integer whose first octet was read; the mask tells which of its bits belong to it. */
  int integer(int first, int mask) throws Http2Exception {
    int prefix = first & mask;
    return prefix < mask ? prefix : longInteger(mask);
  }

  private int longInteger(int prefix) throws Http2Exception {
    long value = prefix;
    for (int shift = 0; shift <= MAX_SHIFT; shift += 7) {
      int octet = next();
      value += (long) (octet & 0x7f) << shift;
      if (octet < 0x80) {
        if (value > Integer.MAX_VALUE) {
          throw error("Integer too large: " + value);
        }
        return (int) value;
      }
    }
    throw error("Integer with more than " + (MAX_SHIFT / 7 + 1) + " octets after its prefix");
  }

  /**
   * A string, or null if it is longer than the limit: then it is checked and passed over, without
   * memory for it.
   */
  byte[] string(long limit) throws Http2Exception {
    int first = next();
    int length = integer(first, 0x7f);
    if (length > end - position) {
      throw error("String of " + length + " octets, the block has " + (end - position));
    }
    int from = position;
    position += length;
    if ((first & 0x80) != 0) {
      return huffman(from, limit);
    }
    if (length > limit) {
      return null;
    }
    return length == 0 ? EMPTY : Arrays.copyOfRange(block, from, position);
  }

  private byte[] huffman(int from, long limit) throws Http2Exception {
    int length = Huffman.decode(block, from, position, scratch);
    if (length < 0) {
      throw error("Huffman code with EOS or bad padding, octets: " + (position - from));
    }
    if (length > limit) {
      return null;
    }
    if (length <= SCRATCH) {
      return length == 0 ? EMPTY : Arrays.copyOf(scratch, length);
    }
    byte[] string = new byte[length];
    Huffman.decode(block, from, position, string);
    return string;
  }

  static Http2Exception error(String message) {
    return Http2Exception.connection(ErrorCode.COMPRESSION_ERROR, message);
  }
}
