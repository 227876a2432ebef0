package io.github.grpcuds.bridge;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the command line says: {@code --name value}, {@code --name=value}, or {@code --name}. */
final class Arguments {
  private static final Set<String> FLAGS =
      new HashSet<>(Arrays.asList("--help", "--version", "--tls", "--health", "--reflection"));

  private static final Set<String> VALUES =
      new HashSet<>(
          Arrays.asList(
              "--listen",
              "--to",
              "--allow",
              "--authority",
              "--identity-header",
              "--mode",
              "--group",
              "--user",
              "--balance",
              "--tls-ca",
              "--tls-cert",
              "--tls-key",
              "--keepalive",
              "--max-message",
              "--max-metadata",
              "--max-calls",
              "--max-connections",
              "--grace"));

  private static final Set<String> REPEATED = Collections.singleton("--allow");

  private final Map<String, List<String>> given = new HashMap<>();

  Arguments(String... arguments) throws UsageException {
    for (int i = 0; i < arguments.length; i++) {
      String argument = arguments[i];
      int equals = argument.indexOf('=');
      String name = equals < 0 ? argument : argument.substring(0, equals);
      if (FLAGS.contains(name) && equals < 0) {
        add(name, "");
      } else if (FLAGS.contains(name)) {
        throw new UsageException(name + " takes no value: " + argument);
      } else if (!VALUES.contains(name)) {
        throw new UsageException("unknown argument: " + argument);
      } else if (equals >= 0) {
        add(name, argument.substring(equals + 1));
      } else if (i + 1 < arguments.length) {
        add(name, arguments[++i]);
      } else {
        throw new UsageException(name + " needs a value");
      }
    }
  }

  private void add(String name, String value) throws UsageException {
    List<String> values = given.computeIfAbsent(name, key -> new ArrayList<>());
    if (!values.isEmpty() && !REPEATED.contains(name)) {
      throw new UsageException(name + " is given twice: " + values.get(0) + " and " + value);
    }
    values.add(value);
  }

  /** All that there are. */
  static Set<String> names() {
    Set<String> names = new HashSet<>(FLAGS);
    names.addAll(VALUES);
    return names;
  }

  boolean has(String name) {
    return given.containsKey(name);
  }

  /** Null if it is not given. */
  String get(String name) {
    return has(name) ? given.get(name).get(0) : null;
  }

  String required(String name) throws UsageException {
    if (!has(name)) {
      throw new UsageException(name + " is missing");
    }
    return get(name);
  }

  /** All values, which may be lists with commas; empty if it is not given. */
  List<String> list(String name) {
    List<String> all = new ArrayList<>();
    for (String value : given.getOrDefault(name, Collections.emptyList())) {
      all.addAll(Arrays.asList(value.split(",", -1)));
    }
    return all;
  }

  /** A number from 1 on; the fallback if it is not given. */
  int number(String name, int fallback) throws UsageException {
    String value = get(name);
    if (value == null) {
      return fallback;
    }
    try {
      int number = Integer.parseInt(value);
      if (number > 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // says so below
    }
    throw new UsageException(
        name + " is not a number from 1 to " + Integer.MAX_VALUE + ": " + value);
  }
}
