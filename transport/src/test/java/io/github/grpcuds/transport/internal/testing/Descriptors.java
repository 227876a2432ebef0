package io.github.grpcuds.transport.internal.testing;

import io.github.grpcuds.testkit.Await;
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

  /** Waits until there are no more. The JVM opens some for a moment, when it loads a class. */
  public static void awaitAtMost(int allowed) {
    Await.until(() -> count() <= allowed, () -> allowed + " descriptors became " + count());
  }
}
