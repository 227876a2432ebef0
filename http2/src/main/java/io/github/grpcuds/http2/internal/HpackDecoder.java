package io.github.grpcuds.http2.internal;

/**
 * Decodes the header blocks of one connection (RFC 7541).
 *
 * <p>Every error ends the connection, for the two ends' tables would differ from then on. For the
 * same reason a list beyond its bound is decoded to its end, but no longer stored. Fields that
 * refer to a table share its arrays, so a reference costs no memory, however long the field.
 */
final class HpackDecoder {
  private static final int MAX_SIZE_UPDATES = 2;

  /** No size update is owed. */
  private static final int NONE = Integer.MAX_VALUE;

  private final BlockReader reader = new BlockReader();
  private final DynamicTable table;
  private final long maxListBytes;
  private int limit;
  private int owed = NONE; // the next block must start by shrinking the table to this or less

  /**
   * A decoder for a new connection.
   *
   * @param maxTableBytes bounds the dynamic table from the first block on; a smaller one than 4096
   *     cannot be enforced before the peer acknowledged it, see {@link #setMaxTableSize}
   * @param maxListBytes bounds a list, with 32 octets added for each field
   */
  HpackDecoder(int maxTableBytes, long maxListBytes) {
    table = new DynamicTable(Math.min(maxTableBytes, DynamicTable.DEFAULT_BYTES));
    limit = maxTableBytes;
    this.maxListBytes = maxListBytes;
  }

  /** Changes the bound of the table, once the peer acknowledged SETTINGS_HEADER_TABLE_SIZE. */
  void setMaxTableSize(int bytes) {
    limit = bytes;
    if (bytes < table.maxBytes()) {
      owed = Math.min(owed, bytes);
    }
  }

  /**
   * Decodes one complete block.
   *
   * @return the fields; if {@link HeaderList#tooLarge}, those before the bound was passed
   */
  HeaderList decode(byte[] block, int offset, int length) throws Http2Exception {
    HeaderList list = new HeaderList();
    reader.open(block, offset, length);
    try {
      sizeUpdates();
      while (reader.hasMore()) {
        field(list);
      }
    } finally {
      reader.close();
    }
    return list;
  }

  DynamicTable table() {
    return table;
  }

  /**
   * Size updates come first in a block, at most two: the smallest size since the last block, and
   * the one that holds (section 4.2).
   */
  private void sizeUpdates() throws Http2Exception {
    int updates = 0;
    while (reader.hasMore() && (reader.peek() & 0xe0) == 0x20) {
      int size = reader.integer(reader.next(), 0x1f);
      if (size > limit) {
        throw BlockReader.error("Dynamic table size " + size + ", at most " + limit);
      }
      if (++updates > MAX_SIZE_UPDATES) {
        throw BlockReader.error("More than " + MAX_SIZE_UPDATES + " dynamic table size updates");
      }
      if (size <= owed) {
        owed = NONE;
      }
      table.resize(size);
    }
    if (owed != NONE) {
      throw BlockReader.error("No dynamic table size update to " + owed + " or less");
    }
  }

  private void field(HeaderList list) throws Http2Exception {
    int first = reader.next();
    if ((first & 0x80) != 0) {
      indexed(list, reader.integer(first, 0x7f));
    } else if ((first & 0x40) != 0) {
      literal(list, reader.integer(first, 0x3f), true);
    } else if ((first & 0x20) != 0) {
      throw BlockReader.error("Dynamic table size update after a field");
    } else {
      literal(list, reader.integer(first, 0x0f), false); // never indexed or just not: same here
    }
  }

  private void indexed(HeaderList list, int index) throws Http2Exception {
    if (index > 0 && index <= StaticTable.LENGTH) {
      store(list, StaticTable.name(index), StaticTable.value(index));
    } else {
      int entry = dynamicIndex(index);
      store(list, table.name(entry), table.value(entry));
    }
  }

  private void literal(HeaderList list, int nameIndex, boolean indexing) throws Http2Exception {
    // What name and value may have to be of use in the list or in the table.
    long room = list.tooLarge() ? -1 : maxListBytes - list.bytes() - HeaderList.OVERHEAD;
    if (indexing) {
      room = Math.max(room, table.maxBytes() - HeaderList.OVERHEAD);
    }
    byte[] name = nameIndex == 0 ? literalName(room) : name(nameIndex);
    byte[] value = reader.string(name == null ? -1 : room - name.length);
    if (value != null) {
      store(list, name, value);
    } else {
      list.markTooLarge();
    }
    if (indexing) {
      index(name, value);
    }
  }

  private void index(byte[] name, byte[] value) {
    if (value == null) {
      table.clear(); // what does not fit empties the table (section 4.4)
    } else {
      table.add(name, value);
    }
  }

  private byte[] literalName(long limit) throws Http2Exception {
    byte[] name = reader.string(limit);
    return name == null ? null : HeaderName.shared(name);
  }

  private byte[] name(int index) throws Http2Exception {
    return index <= StaticTable.LENGTH ? StaticTable.name(index) : table.name(dynamicIndex(index));
  }

  private int dynamicIndex(int index) throws Http2Exception {
    int entry = index - StaticTable.LENGTH - 1;
    if (entry < 0 || entry >= table.length()) {
      throw BlockReader.error("Index " + index + ", dynamic entries: " + table.length());
    }
    return entry;
  }

  private void store(HeaderList list, byte[] name, byte[] value) {
    if (list.tooLarge()) {
      return;
    }
    if (list.bytes() + DynamicTable.entryBytes(name, value) > maxListBytes) {
      list.markTooLarge();
    } else {
      list.add(name, value);
    }
  }
}
