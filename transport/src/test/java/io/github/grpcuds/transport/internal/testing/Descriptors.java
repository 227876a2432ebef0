package io.github.grpcuds.transport.internal.testing;

import java.io.File;
import org.junit.jupiter.api.Assumptions;

/** The open file descriptors of this process, which only Linux tells without help. */
public final class Descriptors {
  private static final File FOLDER = new File("/proc/self/fd");

  private Descriptors() {}

  public static void assumeCountable() {
    Assumptions.assumeTrue(FOLDER.isDirectory(), "no /proc/self/fd to count descriptors in");
  }

  public static int count() {
    return FOLDER.list().length;
  }
}
