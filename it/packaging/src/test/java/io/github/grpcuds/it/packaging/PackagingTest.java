package io.github.grpcuds.it.packaging;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.ChildJvm;
import io.github.grpcuds.testkit.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@link SelfCall} in some packaging. */
abstract class PackagingTest {
  static final Path TARGET = Paths.get("target");
  static final String PROGRAM = SelfCall.class.getName();
  static final String OURS = "io.github.grpcuds.okhttp.UdsChannelBuilder";

  @TempDir Path folder;

  String target() {
    return "unix:" + folder.resolve("s");
  }

  /** A file that mvn package makes. */
  static Path built(String name) {
    Path file = TARGET.resolve(name);
    Assumptions.assumeTrue(Files.exists(file), () -> "mvn package makes " + file);
    return file;
  }

  static ChildJvm on(ClassPath classPath) {
    return new ChildJvm("-cp", classPath.toString(), PROGRAM);
  }

  /** What it prints, once it has called itself. */
  String selfCall(ChildJvm jvm, String... others) throws Exception {
    Object[] targets = new Object[1 + others.length];
    targets[0] = target();
    System.arraycopy(others, 0, targets, 1, others.length);
    String printed = jvm.run(targets);
    assertPrinted(printed, "answer: Hello world\n");
    return printed;
  }

  /** What it prints, once it has failed. */
  String failure(ChildJvm jvm) throws Exception {
    try (ChildProcess child = jvm.start(target())) {
      int status = child.awaitExit();
      String printed = String.join("\n", child.output());
      assertNotEquals(0, status, printed);
      return printed;
    }
  }

  static void assertPrinted(String printed, String part) {
    assertTrue(printed.contains(part), () -> "\"" + part + "\" is not in: " + printed);
  }
}
