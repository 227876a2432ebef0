package io.github.grpcuds.android;

import java.io.File;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/** What is in an app with gRPC, with and without us, and what it finds on a device. */
final class AppClasses {
  /** A class of each jar. */
  static final List<String> OF_GRPC =
      Arrays.asList(
          "android.annotation.TargetApi",
          "com.google.common.collect.ImmutableList",
          "com.google.common.util.concurrent.internal.InternalFutureFailureAccess",
          "com.google.errorprone.annotations.CanIgnoreReturnValue",
          "com.google.gson.stream.JsonReader",
          "com.google.j2objc.annotations.Weak",
          "io.grpc.Status", // grpc-api
          "io.grpc.internal.GrpcUtil", // grpc-core
          "io.grpc.okhttp.OkHttpChannelBuilder",
          "io.grpc.stub.ClientCalls",
          "io.grpc.util.RoundRobinLoadBalancer",
          "io.perfmark.PerfMark",
          "javax.annotation.Nullable",
          "kotlin.Unit",
          "okio.Buffer",
          "org.codehaus.mojo.animal_sniffer.IgnoreJRERequirement",
          "org.jetbrains.annotations.NotNull",
          "org.jspecify.annotations.Nullable");

  static final List<String> OF_CLIENT =
      Arrays.asList(
          "io.github.grpcuds.android.UdsChannelBuilder",
          "io.github.grpcuds.executor.internal.CallExecutor",
          "io.github.grpcuds.okhttp.UdsChannelBuilder",
          "io.github.grpcuds.transport.UdsAddress");

  static final List<String> OF_SERVER =
      Arrays.asList(
          "io.github.grpcuds.http2.internal.Http2Connection",
          "io.github.grpcuds.server.UdsServerBuilder");

  /** Of the JDK: those whose packages Android has, too. */
  private static final List<String> MODULES =
      Arrays.asList("java.base", "java.logging", "jdk.unsupported");

  private AppClasses() {}

  private static boolean isClass(String name) {
    return name.endsWith(".class") && !name.endsWith("module-info.class");
  }

  /** The jar or folder that a class comes from. */
  static Path of(String className) throws Exception {
    return root(Class.forName(className, false, AppClasses.class.getClassLoader()));
  }

  private static Path root(Class<?> type) throws Exception {
    return Paths.get(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  static List<Path> of(List<String> classNames) throws Exception {
    List<Path> found = new ArrayList<>();
    for (String name : classNames) {
      found.add(of(name));
    }
    return found;
  }

  /** What the tests run with but for the app. */
  static String classPathWithout(List<Path> app) {
    List<String> kept = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (!entry.isEmpty() && !app.contains(Paths.get(entry))) {
        kept.add(entry);
      }
    }
    return String.join(File.pathSeparator, kept);
  }

  /** R8 takes jars. */
  static void writeJar(Path jar, Path classes) throws Exception {
    write(jar, classes, name -> true);
  }

  private static void write(Path jar, Path classes, Predicate<String> wanted) throws Exception {
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      if (Files.isDirectory(classes)) {
        add(out, classes, wanted);
      } else {
        try (FileSystem zip = FileSystems.newFileSystem(classes, (ClassLoader) null)) {
          add(out, zip.getPath("/"), wanted);
        }
      }
    }
  }

  /** The app's own classes: those of these names and what is nested in them. */
  static void writeJar(Path jar, Class<?>... own) throws Exception {
    List<String> starts = new ArrayList<>();
    for (Class<?> type : own) {
      starts.add(type.getName().replace('.', '/'));
    }
    Path root = root(own[0]);
    write(jar, root, name -> starts.contains(name.replaceFirst("(\\$[^/]*)?\\.class$", "")));
  }

  /** What R8 is told a device has. */
  static void writePlatform(Path jar) throws Exception {
    Path jdk = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        FileSystem android =
            FileSystems.newFileSystem(of("android.net.LocalSocket"), (ClassLoader) null)) {
      for (String module : MODULES) {
        add(out, jdk.resolve(module), AppClasses::isClass);
      }
      add(out, android.getPath("/"), AppClasses::isClass);
    }
  }

  private static void add(JarOutputStream out, Path root, Predicate<String> wanted)
      throws Exception {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        String name = root.relativize(file).toString();
        if (wanted.test(name)) {
          out.putNextEntry(new JarEntry(name));
          Files.copy(file, out);
        }
      }
    }
  }
}
