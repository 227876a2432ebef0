package io.github.grpcuds.okhttp;

import io.github.grpcuds.executor.internal.PrintableText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The first bytes that a server sends, and how its sending ended: they tell what it speaks.
 *
 * <p>Safe for use by any thread; {@code this} guards the state.
 */
final class FirstBytes {
  private static final int CAPACITY = 64;
  private static final int FRAME_TYPE = 3;
  private static final int FRAME_FLAGS = 4;
  private static final int SETTINGS = 4;

  private final byte[] bytes = new byte[CAPACITY];
  private int length;
  private boolean ended;
  private IOException failure; // of the last read

  synchronized void add(byte[] source, int offset, int count) {
    int taken = Math.min(count, bytes.length - length);
    System.arraycopy(source, offset, bytes, length, taken);
    length += taken;
  }

  synchronized void end() {
    ended = true;
  }

  synchronized void fail(IOException e) {
    failure = e;
  }

  synchronized boolean isEmpty() {
    return length == 0;
  }

  /** The server has closed the connection. */
  synchronized boolean isEnded() {
    return ended;
  }

  synchronized IOException failure() {
    return failure;
  }

  /** Records of TLS begin with their type and a major version of 3 (RFC 8446, section 5.1). */
  synchronized boolean isTls() {
    return length >= 2 && (bytes[0] == 0x15 || bytes[0] == 0x16) && bytes[1] == 3;
  }

  /** TLS reads five bytes before it gives up. */
  synchronized boolean isHttp1() {
    return text().startsWith("HTTP/");
  }

  /**
   * A SETTINGS frame, with which each end of HTTP/2 begins (RFC 9113, section 3.4), as far as its
   * five first bytes tell: a short one without flags.
   */
  synchronized boolean isHttp2() {
    return length > FRAME_FLAGS
        && bytes[0] == 0
        && bytes[1] == 0
        && bytes[FRAME_TYPE] == SETTINGS
        && bytes[FRAME_FLAGS] == 0;
  }

  private String text() {
    return new String(Arrays.copyOf(bytes, length), StandardCharsets.ISO_8859_1);
  }

  /** The bytes up to the end of the first line, to be shown to people. */
  @Override
  public synchronized String toString() {
    String text = text();
    int end = text.indexOf('\r') >= 0 ? text.indexOf('\r') : text.indexOf('\n');
    return PrintableText.escapeAll(end > 0 ? text.substring(0, end) : text);
  }
}
