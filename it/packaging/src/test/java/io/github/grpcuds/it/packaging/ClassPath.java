package io.github.grpcuds.it.packaging;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A class path, made of the tests' own. */
final class ClassPath {
  private static final Pattern FOR_TESTS =
      Pattern.compile("junit|testkit|opentest4j|apiguardian|netty|test-classes");

  private final List<String> entries;

  private ClassPath(List<String> entries) {
    this.entries = entries;
  }

  /** What the program has at run time. */
  static ClassPath ofProgram() {
    return new ClassPath(entries(FOR_TESTS.asPredicate().negate()));
  }

  private static List<String> entries(Predicate<String> wanted) {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> wanted.test(new File(entry).getName()))
        .collect(Collectors.toList());
  }

  /** With the tests' jars of this name first, which may need others. */
  ClassPath withFirst(String... patterns) {
    List<String> more = new ArrayList<>();
    for (String pattern : patterns) {
      List<String> found = entries(Pattern.compile(pattern).asPredicate());
      if (found.isEmpty()) {
        throw new IllegalArgumentException("no jar " + pattern);
      }
      more.addAll(found);
    }
    more.addAll(entries);
    return new ClassPath(more);
  }

  ClassPath without(String pattern) {
    Predicate<String> out = Pattern.compile(pattern).asPredicate();
    return new ClassPath(
        entries.stream()
            .filter(entry -> !out.test(new File(entry).getName()))
            .collect(Collectors.toList()));
  }

  ClassPath with(Path... jars) {
    List<String> more = new ArrayList<>(entries);
    Arrays.asList(jars).forEach(jar -> more.add(jar.toString()));
    return new ClassPath(more);
  }

  @Override
  public String toString() {
    return String.join(File.pathSeparator, entries);
  }
}
