package io.github.grpcuds.android;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * R8, which makes the dex files of Android's release builds: in full mode, with the rules in the
 * jars of an app, as Android's Gradle plugin runs it.
 */
final class R8 {
  /** There with the profile {@code android} of the build. */
  static final Path JAR = Paths.get("target/android/r8.jar");

  private static final File DEXDUMP = new File("/usr/bin/dexdump");

  private static final int API = 21;

  /** It takes half a minute of a processor. */
  private static final int LIMIT_MINUTES = 10;

  /** What gRPC needs with R8 and does not say itself: it looks whether there is such a class. */
  private static final String RULE_FOR_GRPC = "-dontwarn javax.naming.**";

  /**
   * R8 makes ints of enums, and calls the method clone of Object[] for an array of them in
   * ConnectionSpec. Android takes that, a JVM does not.
   */
  private static final String RULE_FOR_JVM = "-keep enum io.grpc.okhttp.internal.*";

  private final Path dir;
  private final Path platform;
  private final List<Path> program = new ArrayList<>();
  private final List<String> rules = new ArrayList<>(Arrays.asList(RULE_FOR_GRPC));

  /** With a folder for its files. */
  R8(Path dir) throws Exception {
    this.dir = dir;
    platform = dir.resolve("platform.jar");
    AppClasses.writePlatform(platform);
  }

  /** Adds a program, by its main class, and others that it is made of. */
  R8 app(Class<?> main, Class<?>... others) throws Exception {
    Class<?>[] all = Arrays.copyOf(others, others.length + 1);
    all[others.length] = main;
    Path jar = nextJar();
    AppClasses.writeJar(jar, all);
    rules.add(
        "-keep class " + main.getName() + " { public static void main(java.lang.String[]); }");
    return this;
  }

  R8 libraries(List<Path> libraries) throws Exception {
    for (Path library : libraries) {
      if (Files.isDirectory(library)) {
        AppClasses.writeJar(nextJar(), library);
      } else {
        program.add(library);
      }
    }
    return this;
  }

  private Path nextJar() {
    Path jar = dir.resolve(program.size() + ".jar");
    program.add(jar);
    return jar;
  }

  /** A jar of classes for a JVM. */
  Path classFiles() throws Exception {
    Path jar = dir.resolve("shrunk.jar");
    rules.add(RULE_FOR_JVM);
    run(jar, "--classfile");
    return jar;
  }

  /** The file classes.dex. */
  Path dex() throws Exception {
    Path out = Files.createDirectory(dir.resolve("dex"));
    run(out, "--min-api", String.valueOf(API));
    return out.resolve("classes.dex");
  }

  /**
   * Checks a dex file: D8 reads all of it and can write it again, and Android's own library for dex
   * files verifies it, where dexdump is installed.
   */
  void assertVerified(Path dex) throws Exception {
    Path again = Files.createDirectory(dir.resolve("again"));
    List<String> command = command("com.android.tools.r8.D8", "--min-api", String.valueOf(API));
    command.addAll(
        Arrays.asList("--lib", platform.toString(), "--output", again.toString(), dex.toString()));
    assertRuns(command);
    assertTrue(Files.size(again.resolve("classes.dex")) > 0);
    if (DEXDUMP.canExecute()) {
      assertRuns(Arrays.asList(DEXDUMP.toString(), "-f", dex.toString()));
    }
  }

  private void run(Path out, String... options) throws Exception {
    Path configuration = dir.resolve("rules.pro");
    Files.write(configuration, rules);
    List<String> command = command("com.android.tools.r8.R8", options);
    command.addAll(
        Arrays.asList(
            "--release",
            "--lib",
            platform.toString(),
            "--pg-conf",
            configuration.toString(),
            "--output",
            out.toString()));
    for (Path jar : program) {
      command.add(jar.toString());
    }
    assertRuns(command);
  }

  /** R8 runs too short a time for code that is optimized well. */
  private static List<String> command(String main, String... options) {
    String java = Paths.get(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command =
        new ArrayList<>(
            Arrays.asList(
                java,
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseParallelGC",
                "-Xmx1g",
                "-cp",
                JAR.toString(),
                main));
    command.addAll(Arrays.asList(options));
    return command;
  }

  private void assertRuns(List<String> command) throws Exception {
    Path output = Files.createTempFile(dir, "r8", ".txt");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      boolean ended = process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES);
      String printed = new String(Files.readAllBytes(output), UTF_8);
      assertTrue(ended, () -> "R8 does not end: " + printed);
      assertEquals(0, process.exitValue(), printed);
    } finally {
      process.destroyForcibly();
    }
  }
}
