package io.github.grpcuds.executor.internal;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * For how long the current thread was ready to run and had no processor, as Linux counts it
 * (proc(5), {@code /proc/thread-self/schedstat}: the second of three numbers, in nanoseconds).
 */
final class RunDelay {
  private static final File FILE = new File("/proc/thread-self/schedstat");
  private static final int MOST_BYTES = 128;

  private static volatile boolean known = FILE.exists();

  private RunDelay() {}

  /** 0 if it is not known. */
  static long ownNanos() {
    if (!known) {
      return 0;
    }
    byte[] text = new byte[MOST_BYTES];
    int length;
    try (InputStream in = new FileInputStream(FILE)) {
      length = in.read(text);
    } catch (IOException e) { // of descriptors there may be some again, but not of the file
      known = FILE.exists();
      return 0;
    }
    return second(text, length);
  }

  /** The second number of a line, 0 if there is none. */
  static long second(byte[] text, int length) {
    int at = 0;
    while (at < length && text[at] != ' ') {
      at++;
    }
    long number = 0;
    for (at++; at < length && text[at] >= '0' && text[at] <= '9'; at++) {
      number = 10 * number + text[at] - '0';
    }
    return number;
  }
}
