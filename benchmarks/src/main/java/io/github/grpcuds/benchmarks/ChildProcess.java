package io.github.grpcuds.benchmarks;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A JVM of a peer, which answers each line that it is sent with one. */
final class ChildProcess implements Closeable {
  private static final String END = "error=the process has ended";
  private static final int END_SECONDS = 10;

  private final Process process;
  private final File log;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  /** Starts it; what it says on stderr goes to the log. */
  ChildProcess(List<String> command, File log) throws IOException {
    this.log = log;
    this.process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log)).start();
    Thread reader = new Thread(this::read, "output of " + log.getName());
    reader.setDaemon(true);
    reader.start();
  }

  private void read() {
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      lines.add("error=" + e);
    } finally {
      lines.add(END);
    }
  }

  Map<String, String> ask(String command, double seconds) throws IOException, InterruptedException {
    process.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
    return answer(command, seconds);
  }

  /**
   * The next answer.
   *
   * @throws IOException if there is none in time, or if it is an error
   */
  Map<String, String> answer(String command, double seconds)
      throws IOException, InterruptedException {
    String line = lines.poll((long) (seconds * 1000), TimeUnit.MILLISECONDS);
    if (line == null) {
      throw new IOException("no answer to '" + command + "' within " + seconds + " s");
    }
    Map<String, String> answer = new HashMap<>();
    for (String field : line.split("\t", -1)) {
      int equals = field.indexOf('=');
      if (equals > 0) {
        answer.put(field.substring(0, equals), field.substring(equals + 1));
      }
    }
    if (answer.containsKey("error")) {
      throw new IOException(answer.get("error") + " (see " + log.getName() + ")");
    }
    return answer;
  }

  /** Ends it, and waits until it has: it would disturb what is measured next. */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("a process does not end within " + END_SECONDS + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
