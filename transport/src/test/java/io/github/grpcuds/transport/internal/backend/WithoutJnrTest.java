package io.github.grpcuds.transport.internal.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.github.grpcuds.transport.UdsSocketFactory;
import java.io.File;
import java.lang.reflect.Constructor;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A user may leave jnr-unixsocket out. */
final class WithoutJnrTest {
  private static final String WHAT_TO_ADD = "com.github.jnr:jnr-unixsocket";

  @TempDir Path dir;

  @Test
  @EnabledForJreRange(min = JRE.JAVA_16)
  void pathsWork() throws Exception {
    assertEquals("works", outcome("unix:" + dir.resolve("s")));
  }

  @Test
  @EnabledForJreRange(max = JRE.JAVA_15)
  void pathsOnOldJdksSayWhatToAdd() throws Exception {
    assertSaysWhatToAdd(outcome("unix:" + dir.resolve("s")));
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_22)
  @EnabledOnOs(OS.LINUX)
  void abstractNamesWorkByTheJdksForeignFunctions() throws Exception {
    assertEquals("works", outcome("unix-abstract:grpcuds-test"));
  }

  @Test
  @EnabledForJreRange(max = JRE.JAVA_21)
  void abstractNamesOnOlderJdksSayWhatToAdd() throws Exception {
    assertSaysWhatToAdd(outcome("unix-abstract:grpcuds-test"));
    assertSaysWhatToAdd(outcome("unix-abstract:grpcuds-test")); // what failed once, is remembered
  }

  private static void assertSaysWhatToAdd(String outcome) {
    assertTrue(outcome.startsWith("java.net.SocketException: no backend for unix"), outcome);
    assertTrue(outcome.contains(WHAT_TO_ADD), outcome);
  }

  private static String outcome(String target) throws Exception {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      String name = new File(entry).getName();
      if (!name.startsWith("jnr-") && !name.startsWith("jffi-")) {
        urls.add(new File(entry).toURI().toURL());
      }
    }
    ClassLoader withoutApplication = ClassLoader.getSystemClassLoader().getParent();
    try (URLClassLoader loader = new URLClassLoader(urls.toArray(new URL[0]), withoutApplication)) {
      Constructor<?> constructor =
          loader.loadClass(ListenAndConnect.class.getName()).getDeclaredConstructor();
      constructor.setAccessible(true);
      @SuppressWarnings("unchecked")
      UnaryOperator<String> program = (UnaryOperator<String>) constructor.newInstance();
      return program.apply(target);
    }
  }

  /** Loaded by a class loader that has no jnr-unixsocket. */
  static final class ListenAndConnect implements UnaryOperator<String> {
    @Override
    public String apply(String target) {
      try (ServerSocket server = new UdsServerSocketFactory(target).createServerSocket(0);
          Socket client = new UdsSocketFactory(target).createSocket("ignored", 0);
          Socket accepted = server.accept()) {
        client.getOutputStream().write(7);
        return accepted.getInputStream().read() == 7 ? "works" : "lost a byte";
      } catch (Throwable e) {
        return e.toString();
      }
    }
  }
}
