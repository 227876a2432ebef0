package io.github.grpcuds.transport.internal.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.fail;

import io.github.grpcuds.transport.internal.Platform;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Programs of the system; a test that needs one that is missing, or may not run, is skipped. */
public final class Tool {
  private static final long LIMIT_SECONDS = 30;

  private Tool() {}

  /** Runs it; the test is skipped if it is not there or fails. */
  public static String need(String... command) throws Exception {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      return Assumptions.abort(e.getMessage());
    }
    process.getOutputStream().close();
    String printed = read(process.getInputStream());
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      fail(command[0] + " does not end");
    }
    String why = String.join(" ", command) + ": " + printed;
    Assumptions.assumeTrue(process.exitValue() == 0, why);
    return printed;
  }

  private static String read(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] buffer = new byte[4096];
    for (int count; (count = in.read(buffer)) > 0; ) {
      bytes.write(buffer, 0, count);
    }
    return new String(bytes.toByteArray(), UTF_8);
  }

  public static void needRoot(Path file) throws IOException {
    Assumptions.assumeTrue(Platform.LINUX, "of Linux");
    Assumptions.assumeTrue(Files.getAttribute(file, "unix:uid").equals(0), "for root alone");
  }

  /** A file system that is mounted until it is closed. */
  public static AutoCloseable mounted(Path folder, String... mount) throws Exception {
    need(mount);
    return () -> need("umount", folder.toString());
  }
}
