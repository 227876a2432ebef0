package io.github.grpcuds.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Runs a program in a JVM of its own, of the same JDK as this one unless it is told another. */
public final class ChildJvm {
  private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

  private final List<String> program;
  private final List<String> prefix = new ArrayList<>();
  private final List<String> options = new ArrayList<>();
  private String home = System.getProperty("java.home");

  /** A program of the test class path. */
  public ChildJvm(Class<?> program) {
    this("-cp", System.getProperty("java.class.path"), program.getName());
  }

  /** A program as java takes it: -jar and a file, or -cp, a class path and a class. */
  public ChildJvm(String... program) {
    this.program = Arrays.asList(program);
    // Or JDK 24 and newer print warnings; older ones do not know the second option.
    options("-XX:+IgnoreUnrecognizedVMOptions", NATIVE_ACCESS);
  }

  /** Without leave for native code, of which Java 22 and newer then warn. */
  public ChildJvm withoutNativeAccess() {
    options.remove(NATIVE_ACCESS);
    return this;
  }

  /** Starts it by way of a command, which gets the JVM's as its last arguments. */
  public ChildJvm by(String... command) {
    Collections.addAll(prefix, command);
    return this;
  }

  /** On the Java runtime in this folder. */
  public ChildJvm home(Path folder) {
    home = folder.toString();
    return this;
  }

  /** Options of the JVM, such as -Xmx64m. */
  public ChildJvm options(String... more) {
    Collections.addAll(options, more);
    return this;
  }

  /** A system property; null: not set. */
  public ChildJvm property(String name, String value) {
    if (value != null) {
      options.add("-D" + name + "=" + value);
    }
    return this;
  }

  /** The backend by name; null: the child chooses. */
  public ChildJvm backend(String name) {
    return property("grpcuds.backend", name);
  }

  /** The backend that this JVM is told to use, if it is told. */
  public ChildJvm sameBackend() {
    return backend(System.getProperty("grpcuds.backend"));
  }

  public List<String> command(Object... arguments) {
    List<String> command = new ArrayList<>(prefix);
    command.add(Paths.get(home, "bin", "java").toString());
    command.addAll(options);
    command.addAll(program);
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    return command;
  }

  /** Starts it. The test is skipped if there is no command to start it by. */
  public ChildProcess start(Object... arguments) {
    try {
      return ChildProcess.start(command(arguments));
    } catch (IOException e) {
      return Assumptions.abort(e.getMessage());
    }
  }

  /** The lines that it wrote, once it has ended well. */
  public String run(Object... arguments) throws Exception {
    try (ChildProcess child = start(arguments)) {
      int status = child.awaitExit();
      String output = String.join("\n", child.output()) + "\n";
      assertEquals(0, status, output);
      return output;
    }
  }
}
