package io.github.grpcuds.it.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.grpcuds.testkit.ChildJvm;
import io.github.grpcuds.testkit.ChildProcess;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** The module path, and an image of the Java runtime, as docs/ARCHITECTURE.md has them. */
@EnabledForJreRange(min = JRE.JAVA_11)
class ModulesTest extends PackagingTest {
  private static final String IMAGE_MODULES =
      "java.logging,java.management,java.naming,jdk.net,jdk.unsupported";

  private static ChildJvm onTheModulePath() {
    // okio-3.4.0.jar is empty, and takes the module name of okio-jvm's.
    String path = ClassPath.ofProgram().without("^classes$").without("^okio-[0-9]").toString();
    return new ChildJvm(
        "-p",
        built("program.jar") + File.pathSeparator + path,
        "-m",
        "io.github.grpcuds.it.packaging/" + PROGRAM);
  }

  @Test
  void asNamedModules() throws Exception {
    String printed =
        selfCall(onTheModulePath().options("--add-modules=ALL-MODULE-PATH").sameBackend());
    assertPrinted(printed, target() + " is for " + OURS);
  }

  @Test
  void asNamedModulesOnJnr() throws Exception {
    String printed =
        selfCall(
            onTheModulePath()
                .options("--add-modules=ALL-MODULE-PATH")
                .options("--enable-native-access=org.jnrproject.jffi")
                .backend("jnr"));
    assertPrinted(printed, ", jnr]");
  }

  @Test
  void onAnImageOfTheJavaRuntime() throws Exception {
    Path jlink = Paths.get(System.getProperty("java.home"), "bin", "jlink");
    Assumptions.assumeTrue(Files.isExecutable(jlink), () -> "no " + jlink);
    Path image = folder.resolve("jre");
    try (ChildProcess making =
        ChildProcess.start(
            Arrays.asList(
                jlink.toString(), "--add-modules", IMAGE_MODULES, "--output", image.toString()))) {
      assertEquals(0, making.awaitExit(), () -> making.output().toString());
    }
    String printed = selfCall(on(ClassPath.ofProgram()).home(image).sameBackend());
    assertPrinted(printed, target() + " is for " + OURS);
  }
}
