package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.Deadline;
import io.grpc.ManagedChannel;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A gRPC whose classes have other names than those that writing in the calls' threads needs. */
class OtherOkHttpTest {
  @RegisterExtension final Sockets sockets = new Sockets();

  @Test
  void thisOneNeedsNoTask() throws Exception {
    assertEquals(0, tasksOf100Calls("no such name", "same length."));
  }

  @ParameterizedTest
  @ValueSource(strings = {"AsyncSink", "SerializingExecutor"})
  void callsWorkWithoutTheClass(String name) throws Exception {
    int tasks = tasksOf100Calls(name, "Other" + name.substring(5));
    assertTrue(tasks >= 10, () -> tasks + " tasks: they were written in the calls' threads");
  }

  @ParameterizedTest
  @ValueSource(strings = {"OkHttpTransportFactory", "OkHttpChannelTransportFactoryBuilder"})
  void callsWorkWithoutTransportsOfOurMaking(String name) throws Exception {
    assertEquals(0, tasksOf100Calls(name, "Other" + name.substring(5)));
  }

  private int tasksOf100Calls(String name, String otherName) throws Exception {
    String path = sockets.path("s");
    sockets.serve(path, new ByteEcho());
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (RenamingLoader loader = new RenamingLoader(name, otherName)) {
      thread.setContextClassLoader(loader);
      Method call =
          loader.loadClass(Caller.class.getName()).getDeclaredMethod("call", String.class);
      call.setAccessible(true);
      return (int) call.invoke(null, path);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /** What the class loader below loads a second time. */
  static final class Caller {
    private Caller() {}

    static int call(String path) throws Exception {
      CountingExecutor executor = new CountingExecutor();
      ManagedChannel channel = UdsChannelBuilder.forPath(path).transportExecutor(executor).build();
      try {
        for (int size : new int[] {0, 100, 1_000_000}) {
          ByteEcho.callInEveryKind(channel, size);
        }
        Await.until(() -> executor.running.get() == 1, () -> executor.running + " run");
        int before = executor.tasks.get();
        for (int i = 0; i < 100; i++) {
          ByteEcho.echo(channel, new byte[10]);
        }
        return executor.tasks.get() - before;
      } finally {
        channel
            .shutdownNow()
            .awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS); // the loader is closed then
      }
    }
  }

  /** Loads all anew, and gives one class of gRPC's another name of the same length. */
  private static final class RenamingLoader extends URLClassLoader {
    private final String name;
    private final String otherName;

    RenamingLoader(String name, String otherName) throws IOException {
      super(classPath(), getSystemClassLoader().getParent());
      this.name = name;
      this.otherName = otherName;
    }

    private static URL[] classPath() throws IOException {
      List<URL> urls = new ArrayList<>();
      for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
        urls.add(new File(entry).toURI().toURL());
      }
      return urls.toArray(new URL[0]);
    }

    @Override
    protected Class<?> findClass(String className) throws ClassNotFoundException {
      if (!className.startsWith("io.grpc.")) {
        return super.findClass(className);
      }
      if (className.contains(name)) {
        throw new ClassNotFoundException(className);
      }
      String file = className.replace(otherName, name).replace('.', '/') + ".class";
      try (InputStream in = getResourceAsStream(file)) {
        if (in == null) {
          throw new ClassNotFoundException(className);
        }
        byte[] bytes = renamed(in);
        return defineClass(className, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(className, e);
      }
    }

    /** The lengths of the constants stay what they are. */
    private byte[] renamed(InputStream in) throws IOException {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] buffer = new byte[8192];
      for (int n; (n = in.read(buffer)) >= 0; ) {
        out.write(buffer, 0, n);
      }
      String all = new String(out.toByteArray(), StandardCharsets.ISO_8859_1);
      return all.replace(name, otherName).getBytes(StandardCharsets.ISO_8859_1);
    }
  }
}
