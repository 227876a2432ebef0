package io.github.grpcuds.transport.internal.ffm;

import io.github.grpcuds.transport.internal.Platform;
import io.github.grpcuds.transport.internal.channel.Backend;
import io.github.grpcuds.transport.internal.posix.Libc;
import io.github.grpcuds.transport.internal.posix.PosixBackend;
import java.io.IOException;

/**
 * Sockets of the C library by the JDK's foreign functions (<a
 * href="https://openjdk.org/jeps/454">JEP 454</a>, JDK 22+, not on Windows): what {@code jnr} can
 * do, without another library, and with nothing unpacked.
 */
public final class FfmBackend extends PosixBackend {
  public static final String NAME = "ffm";

  private static final int FIRST_JAVA = 22;

  private FfmBackend(Libc libc) {
    super(libc);
  }

  /**
   * The backend, if this JDK has foreign functions and lets this library call them.
   *
   * @throws UnsupportedOperationException with the reason if not
   * @throws IOException if a later try may succeed
   */
  public static Backend load() throws IOException {
    if (javaVersion() < FIRST_JAVA) {
      throw new UnsupportedOperationException(
          "this Java "
              + System.getProperty("java.version")
              + " has no foreign functions (22 and later)");
    }
    if (Platform.WINDOWS) {
      throw new UnsupportedOperationException("it does not know Windows' sockets");
    }
    Libc libc = new Libc(NAME, library());
    checkWorks(libc);
    return new FfmBackend(libc);
  }

  private static int javaVersion() {
    String version = System.getProperty("java.specification.version", "");
    return version.matches("\\d+") ? Integer.parseInt(version) : 0; // 1.8 is old enough
  }

  private static FfmLibrary library() {
    try {
      return new FfmLibrary();
    } catch (ExceptionInInitializerError e) {
      if (e.getCause() instanceof UnsupportedOperationException) {
        throw (UnsupportedOperationException) e.getCause();
      }
      throw new UnsupportedOperationException(
          "the JDK's foreign functions do not work here: " + e.getCause(), e);
    } catch (LinkageError e) { // a function is missing, or this was tried before
      throw new UnsupportedOperationException(
          "the JDK's foreign functions do not work here: " + e, e);
    }
  }
}
