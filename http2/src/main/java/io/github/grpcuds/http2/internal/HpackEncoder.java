package io.github.grpcuds.http2.internal;

/**
 * Encodes the header blocks of one connection (RFC 7541).
 *
 * <p>Fields that come again with each call, which {@link HeaderName} lists, go into the dynamic
 * table and cost one octet from then on. All else is sent as it is. Strings are never
 * Huffman-coded, which a peer must take (section 5.2): it would save a few octets, cheap within one
 * machine, for time on both sides.
 */
final class HpackEncoder {
  /**
   * More than the fields that come again need; small, for the table is searched from end to end.
   */
  private static final int MAX_TABLE_BYTES = DynamicTable.DEFAULT_BYTES;

  /** A field that takes more than this part of the table would push out too many others. */
  private static final int MAX_PART = 4;

  private static final int INDEXED = 0x80;
  private static final int WITH_INDEXING = 0x40;
  private static final int SIZE_UPDATE = 0x20;
  private static final int NEVER_INDEXED = 0x10;
  private static final int WITHOUT_INDEXING = 0;

  private final DynamicTable table = new DynamicTable(MAX_TABLE_BYTES);
  private boolean sizeChanged;
  private int smallestSize; // since the last block, if the size changed

  /** Bounds the table by the peer's SETTINGS_HEADER_TABLE_SIZE, an unsigned 32-bit number. */
  void setMaxTableSize(long bytes) {
    int size = (int) Math.min(bytes, MAX_TABLE_BYTES);
    if (size == table.maxBytes()) {
      return;
    }
    smallestSize = sizeChanged ? Math.min(smallestSize, size) : size;
    sizeChanged = true;
    table.resize(size);
  }

  /** Appends the block of a list. */
  void encode(HeaderList headers, HeaderBlock out) {
    if (sizeChanged) {
      sizeUpdates(out);
    }
    for (int i = 0; i < headers.size(); i++) {
      field(headers.name(i), headers.value(i), out);
    }
  }

  DynamicTable table() {
    return table;
  }

  /** The smallest size since the last block, then the one that holds (section 4.2). */
  private void sizeUpdates(HeaderBlock out) {
    if (smallestSize < table.maxBytes()) {
      integer(SIZE_UPDATE, 0x1f, smallestSize, out);
    }
    integer(SIZE_UPDATE, 0x1f, table.maxBytes(), out);
    sizeChanged = false;
  }

  private void field(byte[] name, byte[] value, HeaderBlock out) {
    HeaderName known = HeaderName.find(name);
    if (known == null) {
      literal(WITHOUT_INDEXING, 0x0f, 0, name, value, out);
    } else if (known.indexing == HeaderName.Indexing.NEVER) {
      literal(NEVER_INDEXED, 0x0f, known.staticIndex, name, value, out);
    } else {
      known(known, value, out);
    }
  }

  private void known(HeaderName known, byte[] value, HeaderBlock out) {
    int index = known.staticIndex == 0 ? 0 : StaticTable.find(known.staticIndex, value);
    boolean indexing = known.indexing == HeaderName.Indexing.INDEXED;
    if (index == 0 && indexing) {
      index = dynamic(table.find(known.name, value));
    }
    if (index != 0) {
      integer(INDEXED, 0x7f, index, out);
    } else if (indexing
        && DynamicTable.entryBytes(known.name, value) <= table.maxBytes() / MAX_PART) {
      literal(WITH_INDEXING, 0x3f, nameIndex(known), known.name, value, out);
      table.add(known.name, value);
    } else {
      literal(WITHOUT_INDEXING, 0x0f, known.staticIndex, known.name, value, out);
    }
  }

  private int nameIndex(HeaderName known) {
    return known.staticIndex != 0 ? known.staticIndex : dynamic(table.findName(known.name));
  }

  /** The index on the wire of an entry of the dynamic table; 0 for none. */
  private static int dynamic(int entry) {
    return entry < 0 ? 0 : StaticTable.LENGTH + 1 + entry;
  }

  private static void literal(
      int kind, int mask, int nameIndex, byte[] name, byte[] value, HeaderBlock out) {
    integer(kind, mask, nameIndex, out);
    if (nameIndex == 0) {
      string(name, out);
    }
    string(value, out);
  }

  private static void string(byte[] string, HeaderBlock out) {
    integer(0, 0x7f, string.length, out);
    out.put(string, 0, string.length);
  }

  /** Section 5.1; the mask is the largest prefix. */
  private static void integer(int kind, int mask, int value, HeaderBlock out) {
    if (value < mask) {
      out.put(kind | value);
      return;
    }
    out.put(kind | mask);
    int rest = value - mask;
    while (rest >= 0x80) {
      out.put((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.put(rest);
  }
}
