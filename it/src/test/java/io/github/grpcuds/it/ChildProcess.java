package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Another process, spoken with by lines of text. It has to end when its standard input does, so
 * that none outlives a test, however that ends.
 */
final class ChildProcess implements AutoCloseable {
  private static final long LIMIT_SECONDS = 30;

  private final Process process;
  private final BlockingQueue<String> unread = new LinkedBlockingQueue<>();
  private final List<String> all = Collections.synchronizedList(new ArrayList<>());
  private final List<Thread> readers;

  private ChildProcess(Process process) {
    this.process = process;
    readers = Arrays.asList(reader(process.getInputStream()), reader(process.getErrorStream()));
  }

  /** Two streams, not one: a long stack trace among the output would cut a line of it in two. */
  static ChildProcess start(List<String> command) throws IOException {
    return new ChildProcess(new ProcessBuilder(command).start());
  }

  private Thread reader(InputStream output) {
    Thread reader = new Thread(() -> read(output), "output of a child process");
    reader.setDaemon(true);
    reader.start();
    return reader;
  }

  private void read(InputStream output) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(output, StandardCharsets.UTF_8))) {
      for (String line; (line = lines.readLine()) != null; ) {
        all.add(line);
        unread.add(line);
      }
    } catch (IOException e) {
      all.add(e.toString());
    }
  }

  void say(String line) throws IOException {
    OutputStream stdin = process.getOutputStream();
    stdin.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    stdin.flush();
  }

  /** The rest of the next line that begins like this; lines before it are passed over. */
  String hear(String start) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (true) {
      String line = unread.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (line == null) {
        return fail("no line \"" + start + "\" within " + LIMIT_SECONDS + " s, but " + all);
      }
      if (line.startsWith(start)) {
        return line.substring(start.length()).trim();
      }
    }
  }

  /** Like kill -9. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    awaitExit();
  }

  /** Like kill. */
  void terminate() throws InterruptedException {
    process.destroy();
    awaitExit();
  }

  int awaitExit() throws InterruptedException {
    assertTrue(
        process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), () -> "does not end; it said " + all);
    for (Thread reader : readers) {
      reader.join(TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
    }
    return process.exitValue();
  }

  /** All it has written so far. */
  List<String> output() {
    return new ArrayList<>(all);
  }

  @Override
  public void close() throws IOException {
    try {
      process.getOutputStream().close();
      awaitExit();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      process.destroyForcibly();
    }
  }
}
