package io.github.grpcuds.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.logging.ErrorManager;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;

/** Writes what is logged to a file, test by test, and remembers what the present one has logged. */
final class TestLogHandler extends Handler {
  private static final int MAX_REMEMBERED = 200_000; // characters

  private final Path file;
  private final StringBuilder remembered = new StringBuilder(); // guarded by this
  private String test = ""; // guarded by this; empty: its name is in the file
  private Writer out; // guarded by this; null: nothing was logged yet

  TestLogHandler() {
    this(Paths.get(System.getProperty("basedir", "."), "target", "test-logs.txt"));
  }

  TestLogHandler(Path file) {
    this.file = file;
    setFormatter(new SimpleFormatter());
  }

  synchronized void begin(String name) {
    test = name;
    remembered.setLength(0);
  }

  /** The end of what was logged since the test began. */
  synchronized String current() {
    return remembered.toString();
  }

  @Override
  public void publish(LogRecord record) {
    if (!isLoggable(record)) {
      return;
    }
    String text = getFormatter().format(record);
    try {
      write(text);
    } catch (IOException e) {
      reportError(file.toString(), e, ErrorManager.WRITE_FAILURE);
    }
  }

  private synchronized void write(String text) throws IOException {
    remembered.append(text);
    remembered.delete(0, Math.max(0, remembered.length() - MAX_REMEMBERED));
    if (out == null) {
      Files.createDirectories(file.toAbsolutePath().getParent());
      out = Files.newBufferedWriter(file, UTF_8);
    }
    if (!test.isEmpty()) {
      out.write("\n==== " + test + "\n");
      test = "";
    }
    out.write(text);
    out.flush();
  }

  @Override
  public void flush() {}

  @Override
  public synchronized void close() {
    if (out == null) {
      return;
    }
    try {
      out.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
