package io.github.grpcuds.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Another process, which a test talks to in lines of text. It has to end when its standard input
 * does, so that none outlives a test, however that ends.
 */
public final class ChildProcess implements AutoCloseable {
  private final Process process;
  private final BlockingQueue<String> unread = new LinkedBlockingQueue<>();
  private final List<String> all = Collections.synchronizedList(new ArrayList<>());
  private final List<Thread> readers;

  private ChildProcess(Process process) {
    this.process = process;
    readers = Arrays.asList(reader(process.getInputStream()), reader(process.getErrorStream()));
  }

  /** Two streams, not one: a long stack trace among the output would cut a line of it in two. */
  public static ChildProcess start(List<String> command) throws IOException {
    return new ChildProcess(new ProcessBuilder(command).start());
  }

  private Thread reader(InputStream output) {
    Thread reader = new Thread(() -> read(output), "output of a child process");
    reader.setDaemon(true);
    reader.start();
    return reader;
  }

  private void read(InputStream output) {
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(output, UTF_8))) {
      for (String line; (line = lines.readLine()) != null; ) {
        all.add(line);
        unread.add(line);
      }
    } catch (IOException e) {
      all.add(e.toString());
    }
  }

  public void say(String line) throws IOException {
    OutputStream stdin = process.getOutputStream();
    stdin.write((line + "\n").getBytes(UTF_8));
    stdin.flush();
  }

  /** The rest of the next line that begins like this; lines before it are passed over. */
  public String hear(String start) throws InterruptedException {
    Deadline deadline = Deadline.start();
    while (true) {
      String line = unread.poll(deadline.leftNanos(), TimeUnit.NANOSECONDS);
      if (line == null) {
        return fail("no line \"" + start + "\" in " + Deadline.SECONDS + " s, but " + all);
      }
      if (line.startsWith(start)) {
        return line.substring(start.length()).trim();
      }
    }
  }

  /** Its next line, once it was told this one. */
  public String ask(String line) throws Exception {
    say(line);
    return hear("");
  }

  /** Like kill -9. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    awaitExit();
  }

  /** Like kill. */
  public void terminate() throws InterruptedException {
    process.destroy();
    awaitExit();
  }

  /** Its exit status, once it has ended and all it wrote was read. */
  public int awaitExit() throws InterruptedException {
    assertTrue(
        process.waitFor(Deadline.SECONDS, TimeUnit.SECONDS), () -> "does not end; it said " + all);
    for (Thread reader : readers) {
      reader.join(TimeUnit.SECONDS.toMillis(Deadline.SECONDS));
    }
    return process.exitValue();
  }

  /** All it has written so far. */
  public List<String> output() {
    synchronized (all) {
      return new ArrayList<>(all);
    }
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
