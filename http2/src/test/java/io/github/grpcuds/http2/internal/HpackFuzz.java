package io.github.grpcuds.http2.internal;

import java.util.Arrays;

/** One run of a fuzzer: any octets as the header blocks of a connection. */
final class HpackFuzz {
  /** In place of a block's length: the next octet is a new bound of the table, in 32 octets. */
  static final int NEW_TABLE_SIZE = 254;

  /** In place of a block's length: all that is left is one block. */
  static final int THE_REST = 255;

  private HpackFuzz() {}

  /**
   * Decodes blocks, each an octet of length and that many octets, until one is refused. The first
   * two octets choose the bounds of the table and of the lists.
   *
   * @return the number of blocks decoded
   * @throws AssertionError if a bound is passed or an error is of the wrong kind
   */
  static int decode(byte[] data) {
    if (data.length < 2) {
      return 0;
    }
    int tableBytes = 32 * (data[0] & 0xff);
    int listBytes = 32 * (data[1] & 0xff);
    HpackDecoder decoder = new HpackDecoder(tableBytes, listBytes);
    int position = 2;
    int blocks = 0;
    while (position < data.length) {
      int length = data[position++] & 0xff;
      if (length == NEW_TABLE_SIZE && position < data.length) {
        tableBytes = 32 * (data[position++] & 0xff);
        decoder.setMaxTableSize(tableBytes);
        continue;
      }
      int end = length == THE_REST ? data.length : Math.min(data.length, position + length);
      if (!decode(decoder, Arrays.copyOfRange(data, position, end), tableBytes, listBytes)) {
        break;
      }
      blocks++;
      position = end;
    }
    return blocks;
  }

  private static boolean decode(HpackDecoder decoder, byte[] block, int tableBytes, int listBytes) {
    HeaderList list;
    try {
      list = Blocks.decode(decoder, block);
    } catch (Http2Exception e) {
      check(e.error() == ErrorCode.COMPRESSION_ERROR && e.streamId() == 0, "error " + e.error());
      return false;
    }
    check(list.bytes() <= listBytes, "list of " + list.bytes() + ", bound " + listBytes);
    int bytes = decoder.table().bytes();
    check(bytes <= tableBytes, "table of " + bytes + ", bound " + tableBytes);
    check(bytes == sum(decoder.table()), "table of " + bytes + ", sum " + sum(decoder.table()));
    return true;
  }

  private static long sum(DynamicTable table) {
    long sum = 0;
    for (int i = 0; i < table.length(); i++) {
      sum += DynamicTable.entryBytes(table.name(i), table.value(i));
    }
    return sum;
  }

  private static void check(boolean holds, String message) {
    if (!holds) {
      throw new AssertionError(message);
    }
  }
}
