package io.github.grpcuds.http2.internal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Header fields in order, as bytes: name, value, name, value. Not safe for use by threads. */
public final class HeaderList {
  /** What each field counts beyond its bytes (RFC 9113, section 6.5.2). */
  static final int OVERHEAD = 32;

  private byte[][] fields;
  private int count; // of arrays in use: twice the number of fields
  private long size;
  private boolean tooLarge;

  public HeaderList() {
    this(16);
  }

  /** Room for a number of fields; more may follow. */
  public HeaderList(int capacity) {
    fields = new byte[2 * capacity][];
  }

  /** Appends a field; the arrays are kept, not copied, and must not change any more. */
  public HeaderList add(byte[] name, byte[] value) {
    if (count == fields.length) {
      fields = Arrays.copyOf(fields, 2 * count + 2);
    }
    fields[count++] = name;
    fields[count++] = value;
    size += OVERHEAD + name.length + value.length;
    return this;
  }

  /** Appends a field of ASCII text. */
  public HeaderList add(String name, String value) {
    return add(name.getBytes(StandardCharsets.US_ASCII), value.getBytes(StandardCharsets.US_ASCII));
  }

  /** The number of fields. */
  public int size() {
    return count / 2;
  }

  public byte[] name(int index) {
    return fields[2 * index];
  }

  public byte[] value(int index) {
    return fields[2 * index + 1];
  }

  /** Bytes as SETTINGS_MAX_HEADER_LIST_SIZE counts them. */
  long bytes() {
    return size;
  }

  /** Whether more fields were sent than may be kept: the first ones are here, the others lost. */
  public boolean tooLarge() {
    return tooLarge;
  }

  void markTooLarge() {
    tooLarge = true;
  }

  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < size(); i++) {
      out.append(i == 0 ? "" : ", ")
          .append(new String(name(i), StandardCharsets.ISO_8859_1))
          .append(": ")
          .append(new String(value(i), StandardCharsets.ISO_8859_1));
    }
    return out.toString();
  }
}
