package io.github.grpcuds.transport.internal.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A program in another process that answers lines with lines; every wait has a limit. */
public final class ChildTalk implements AutoCloseable {
  private static final long LIMIT_SECONDS = 60;

  private final Process process;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

  ChildTalk(Process process) {
    this.process = process;
    Background.start("output of a child", this::readAnswers);
  }

  private Void readAnswers() throws IOException {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      String line;
      while ((line = in.readLine()) != null) {
        answers.add(line);
      }
    }
    return null;
  }

  public void send(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(UTF_8));
    process.getOutputStream().flush();
  }

  public String answer() throws InterruptedException {
    String line = answers.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
    return line == null ? fail("no answer after " + LIMIT_SECONDS + " s") : line;
  }

  public String ask(String line) throws Exception {
    send(line);
    return answer();
  }

  /** As kill -9 does. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      fail("not killed after " + LIMIT_SECONDS + " s");
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
