package io.github.grpcuds.transport.internal.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.kenai.jffi.Platform;
import io.github.grpcuds.testkit.ChildJvm;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.github.grpcuds.transport.UdsSocketFactory;
import io.github.grpcuds.transport.internal.testing.Tool;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A hardened container: nothing can be written but in two folders, one for temporary files and one
 * for sockets, and nothing in these can be run.
 */
final class ReadOnlySystemTest {
  private static final String MOUNT =
      "mount --bind / / && mount -o remount,bind,ro /"
          + " && mount -t tmpfs -o noexec,nosuid tmpfs \"$0/tmp\""
          + " && mount -t tmpfs -o noexec,nosuid tmpfs \"$0/run\"";

  @TempDir Path dir;

  private ChildJvm jvm(String backend) throws Exception {
    BackendTest.assumeAvailable(backend);
    Path tmp = Files.createDirectories(dir.resolve("tmp"));
    Files.createDirectories(dir.resolve("run"));
    // A read-only root can be had in a name space of mounts, by root.
    String check = MOUNT + " && ! touch \"$0/no\" 2> /dev/null";
    Tool.need("unshare", "-m", "sh", "-c", check, dir.toString());
    return new ChildJvm(Program.class)
        .by("unshare", "-m", "sh", "-c", MOUNT + " && exec \"$@\"", dir.toString())
        .property("java.io.tmpdir", tmp.toString())
        .backend(backend);
  }

  private String run(ChildJvm jvm) throws Exception {
    return jvm.run(dir.resolve("run").resolve("s"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"jdk", "ffm"})
  void whatUnpacksNothingWorks(String backend) throws Exception {
    assertEquals("answered by " + backend + "\n", run(jvm(backend)));
  }

  @Test
  void jnrSaysWhatItLacks() throws Exception {
    String printed = run(jvm("jnr"));
    assertTrue(printed.contains("native library does not load"), printed);
    assertTrue(printed.contains("-Djffi.boot.library.path"), printed);
  }

  @Test
  void jnrWorksWithItsLibraryInTheImage() throws Exception {
    Path library = Files.createDirectories(dir.resolve("lib"));
    String name = System.mapLibraryName("jffi-1.2");
    String resource = "jni/" + Platform.getPlatform().getName() + "/" + name;
    try (InputStream in = Platform.class.getClassLoader().getResourceAsStream(resource)) {
      Files.copy(in, library.resolve(name));
    }
    ChildJvm jvm = jvm("jnr").property("jffi.boot.library.path", library.toString());
    assertEquals("answered by jnr\n", run(jvm));
  }

  /** A server and a client. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) {
      UdsAddress address = UdsAddress.ofPath(args[0]);
      try (ServerSocket server = new UdsServerSocketFactory(address).createServerSocket(0);
          Socket client = new UdsSocketFactory(address).createSocket("ignored", 0);
          Socket accepted = server.accept()) {
        client.getOutputStream().write(42);
        if (accepted.getInputStream().read() == 42) {
          String shown = client.toString(); // UdsSocket[ADDRESS, BACKEND]
          System.out.println(
              "answered by " + shown.substring(shown.lastIndexOf(' ') + 1, shown.length() - 1));
        }
      } catch (IOException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
