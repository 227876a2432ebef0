package io.github.grpcuds.android;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.grpcuds.executor.internal.CallExecutor;
import io.github.grpcuds.http2.internal.Http2Connection;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.transport.UdsAddress;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.codehaus.mojo.animal_sniffer.SignatureChecker;
import org.codehaus.mojo.animal_sniffer.logging.Logger;
import org.junit.jupiter.api.Test;

/**
 * What is published uses what Android has at API level 21, without desugaring of libraries, but for
 * the classes named here, which Android never gets to.
 */
class Api21Test {
  private static final Path SIGNATURES = Paths.get("target/android/api-21.signature");

  private static final Set<String> OTHERS =
      new HashSet<>(
          Arrays.asList(
              "com.google.*",
              "com.kenai.jffi.*",
              "io.github.grpcuds.*",
              "io.grpc.*",
              "io.perfmark.*",
              "jnr.*",
              "okio.*"));

  /** Packages and classes, each with the reason. */
  private static final String[][] NEVER_REACHED = {
    {"io.github.grpcuds.transport.internal.jdk", "a backend that Backends has not on Android"},
    {"io.github.grpcuds.transport.internal.ffm", "a backend that Backends has not on Android"},
    {"io.github.grpcuds.transport.internal.posix", "of the backends ffm and jnr"},
    {
      "io.github.grpcuds.transport.internal.file",
      "the socket file by java.nio.file; AndroidBackend.listen has its own"
    },
    {"io.github.grpcuds.transport.internal.FileModes", "of the two backends and the room file"},
    {"io.github.grpcuds.transport.internal.FilePaths", "of the two backends and the room file"},
    {"io.github.grpcuds.transport.internal.NioFileFailures", "not if Platform.ANDROID"},
    {"io.github.grpcuds.transport.internal.peer.NioUserDatabase", "not if Platform.ANDROID"},
    {"io.github.grpcuds.transport.internal.peer.PrincipalIds", "of NioUserDatabase and jdk"},
    {"io.github.grpcuds.executor.internal.ThreadBeans", "ThreadFacts does without"},
    {"io.github.grpcuds.okhttp.FolderWatch", "SocketWatch opens none if Platform.ANDROID"},
    {
      "io.github.grpcuds.transport.internal.socket.SocketOptionNames",
      "of the methods that Socket has since Java 9 and API level 33"
    },
    {"io.github.grpcuds.server.SocketFileText", "ServerLog does without if Platform.ANDROID"},
  };

  @Test
  void publishedClassesStayOnApiLevel21() throws Exception {
    Map<String, Set<String>> unknown = new TreeMap<>();
    Checker checker;
    try (InputStream signatures = Files.newInputStream(SIGNATURES)) {
      checker = new Checker(signatures, new Found());
    }
    for (Class<?> inModule :
        Arrays.asList(
            CallExecutor.class,
            Http2Connection.class,
            UdsAddress.class,
            io.github.grpcuds.okhttp.UdsChannelBuilder.class,
            UdsServerBuilder.class,
            UdsChannelBuilder.class)) {
      Path classes =
          Paths.get(inModule.getProtectionDomain().getCodeSource().getLocation().toURI());
      if (Files.isDirectory(classes)) {
        check(checker, classes, unknown);
      } else {
        try (FileSystem jar = FileSystems.newFileSystem(jar(classes), new TreeMap<>())) {
          check(checker, jar.getPath("/"), unknown);
        }
      }
    }
    Set<String> stale = new TreeSet<>();
    for (String[] exception : NEVER_REACHED) {
      if (!unknown.keySet().removeIf(name -> isIn(name, exception[0]))) {
        stale.add(exception[0]);
      }
    }
    assertEquals(new TreeMap<>(), unknown);
    assertEquals(new TreeSet<>(), stale, "exceptions that are not needed");
  }

  private static URI jar(Path file) {
    return URI.create("jar:" + file.toUri());
  }

  private static boolean isIn(String className, String exception) {
    return className.equals(exception)
        || className.startsWith(exception + ".")
        || className.startsWith(exception + "$");
  }

  /** What each class refers to that is not there. */
  private static void check(Checker checker, Path root, Map<String, Set<String>> unknown)
      throws IOException {
    for (Path file : classFiles(root)) {
      String name = root.relativize(file).toString().replace('/', '.');
      try (InputStream image = Files.newInputStream(file)) {
        Set<String> errors = checker.errorsOf(name, image);
        if (!errors.isEmpty()) {
          unknown.put(name.substring(0, name.length() - ".class".length()), errors);
        }
      }
    }
  }

  private static List<Path> classFiles(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> file.toString().endsWith(".class"))
          .filter(file -> !root.relativize(file).startsWith("META-INF"))
          .filter(file -> !file.endsWith("module-info.class"))
          .collect(Collectors.toList());
    }
  }

  private static final class Checker extends SignatureChecker {
    private final Found found;

    Checker(InputStream signatures, Found found) throws IOException {
      super(signatures, OTHERS, found);
      this.found = found;
      setSourcePath(Collections.emptyList());
    }

    Set<String> errorsOf(String name, InputStream image) throws IOException {
      found.errors.clear();
      process(name, image);
      return new TreeSet<>(found.errors);
    }
  }

  private static final class Found implements Logger {
    final Set<String> errors = new TreeSet<>();

    @Override
    public void error(String message) {
      errors.add(message);
    }

    @Override
    public void error(String message, Throwable t) {
      errors.add(message + ": " + t);
    }

    @Override
    public void info(String message) {}

    @Override
    public void info(String message, Throwable t) {}

    @Override
    public void debug(String message) {}

    @Override
    public void debug(String message, Throwable t) {}

    @Override
    public void warn(String message) {}

    @Override
    public void warn(String message, Throwable t) {}
  }
}
