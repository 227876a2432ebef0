package io.github.grpcuds.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The child's end of the pipe to the coordinator: a line for each command, and one for its answer,
 * {@code name=value} or {@code error=what happened}. The end of the input ends the JVM, whatever it
 * is doing.
 */
final class Commands {
  /** Carries out a command. */
  interface Handler {
    Map<String, Object> handle(String[] words) throws Exception;
  }

  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  /** Answers the commands, the first answer being unasked; returns never. */
  static void serve(Map<String, Object> greeting, Handler handler) throws InterruptedException {
    Commands commands = new Commands();
    Thread reader = new Thread(commands::read, "commands");
    reader.setDaemon(true);
    reader.start();
    print(greeting);
    while (true) {
      print(commands.answer(commands.lines.take(), handler));
    }
  }

  private void read() {
    try (BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      Runtime.getRuntime().halt(0);
    }
  }

  @SuppressWarnings("StringSplitter") // single spaces, no empty words
  private Map<String, Object> answer(String line, Handler handler) {
    try {
      return handler.handle(line.split(" "));
    } catch (Exception | LinkageError e) {
      e.printStackTrace();
      return error(e);
    }
  }

  static Map<String, Object> error(Throwable t) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("error", t);
    return answer;
  }

  static void print(Map<String, Object> answer) {
    StringBuilder line = new StringBuilder();
    answer.forEach(
        (name, value) ->
            line.append(name).append('=').append(oneLine(String.valueOf(value))).append('\t'));
    System.out.println(line.toString().trim());
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", " ");
  }
}
