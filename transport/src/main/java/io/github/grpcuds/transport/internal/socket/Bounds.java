package io.github.grpcuds.transport.internal.socket;

/** {@code Objects.checkFromIndexSize} for Java 8. */
final class Bounds {
  private Bounds() {}

  static void check(byte[] array, int offset, int length) {
    if (offset < 0 || length < 0 || length > array.length - offset) {
      throw new IndexOutOfBoundsException(
          "offset " + offset + ", length " + length + " in an array of " + array.length);
    }
  }
}
