package io.github.grpcuds.examples;

import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.HashMap;
import java.util.Map;

/** The {@code --name value} arguments of an example. */
final class Options {
  private final String usage;
  private final Map<String, String> values = new HashMap<>();

  private Options(String usage) {
    this.usage = usage;
  }

  /**
   * Reads the arguments, or ends the program with a message that names the bad one.
   *
   * @param usage such as {@code "GreeterServer [--socket PATH]"}; what it does not name is unknown
   */
  static Options parse(String usage, String[] args) {
    Options options = new Options(usage);
    for (int i = 0; i < args.length; i += 2) {
      if (args[i].equals("--help")) {
        System.out.println("usage: " + usage);
        System.exit(0);
      }
      if (!args[i].startsWith("--") || !usage.contains(args[i] + " ")) {
        throw options.bad("unknown argument: " + args[i]);
      }
      if (i + 1 == args.length) {
        throw options.bad(args[i] + " needs a value");
      }
      options.values.put(args[i].substring(2), args[i + 1]);
    }
    return options;
  }

  /** Where the greeter is unless {@code --socket} says otherwise: in the temp directory. */
  String socket() {
    Path fallback = Paths.get(System.getProperty("java.io.tmpdir"), "grpc-uds-greeter.sock");
    return values.getOrDefault("socket", fallback.toString());
  }

  String get(String name) {
    String value = values.get(name);
    if (value == null) {
      throw bad("--" + name + " is missing");
    }
    return value;
  }

  String get(String name, String fallback) {
    return values.getOrDefault(name, fallback);
  }

  int getInt(String name, int fallback) {
    String value = values.get(name);
    try {
      return value == null ? fallback : Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw bad("--" + name + " is not a number: " + value);
    }
  }

  /** Ends the program; thrown only for the compiler's sake. */
  private IllegalArgumentException bad(String message) {
    System.err.println(message);
    System.err.println("usage: " + usage);
    System.exit(2);
    return new IllegalArgumentException(message);
  }
}
