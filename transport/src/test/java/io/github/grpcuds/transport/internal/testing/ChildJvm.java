package io.github.grpcuds.transport.internal.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.github.grpcuds.transport.internal.backend.Backends;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Runs a program of the test class path in a JVM of its own, the same as this one. */
public final class ChildJvm {
  private static final long LIMIT_SECONDS = 60;

  private final List<String> command = new ArrayList<>();

  /** Starts the JVM by way of a command, or directly if there is none. */
  public ChildJvm(String... by) {
    command.addAll(Arrays.asList(by));
    command.add(Paths.get(System.getProperty("java.home"), "bin", "java").toString());
    // Or JDK 24 and newer print warnings; older ones do not know the second option.
    Collections.addAll(
        command, "-XX:+IgnoreUnrecognizedVMOptions", "--enable-native-access=ALL-UNNAMED");
  }

  public ChildJvm backend(String name) {
    command.add("-D" + Backends.PROPERTY + "=" + name);
    return this;
  }

  /** What it printed, once it has ended well. */
  public String run(Class<?> program, Path argument) throws Exception {
    File output = File.createTempFile("child", ".out");
    try {
      Process process = start(program, argument, ProcessBuilder.Redirect.to(output));
      try {
        boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
        String printed = new String(Files.readAllBytes(output.toPath()), UTF_8);
        if (!ended) {
          fail(program + " has not ended after " + LIMIT_SECONDS + " s: " + printed);
        }
        assertEquals(0, process.exitValue(), printed);
        return printed;
      } finally {
        process.destroyForcibly();
      }
    } finally {
      Files.delete(output.toPath());
    }
  }

  /** The running program, which answers each line that it is sent with one. */
  public ChildTalk talk(Class<?> program, Path argument) {
    return new ChildTalk(start(program, argument, ProcessBuilder.Redirect.PIPE));
  }

  private Process start(Class<?> program, Path argument, ProcessBuilder.Redirect output) {
    Collections.addAll(
        command,
        "-cp",
        System.getProperty("java.class.path"),
        program.getName(),
        argument.toString());
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
    } catch (IOException e) {
      Assumptions.abort(e.getMessage());
      throw new AssertionError(e);
    }
  }
}
