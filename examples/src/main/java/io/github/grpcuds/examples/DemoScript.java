package io.github.grpcuds.examples;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** The client's line to ./demo, which starts and kills the server; it answers on standard input. */
final class DemoScript implements Closeable {
  private final PrintStream events;
  private final BufferedReader answers =
      new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

  DemoScript(String fifo) throws IOException {
    events = new PrintStream(new FileOutputStream(fifo), true, "UTF-8");
  }

  void tell(String event) {
    events.println(event);
  }

  /** Waits for the answer; ./demo has the limit. */
  String ask(String event) throws IOException {
    tell(event);
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException("./demo is gone");
    }
    return answer;
  }

  @Override
  public void close() {
    events.close();
  }
}
