package io.github.grpcuds.transport.internal.ffm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.ChildJvm;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of native code that the JVM was not told of (JEP 472). */
@EnabledForJreRange(min = JRE.JAVA_24)
@EnabledOnOs(OS.LINUX)
final class NativeAccessTest {
  private final String name = "unix-abstract:" + UUID.randomUUID();

  @Test
  void isUsedWithAWarning() throws Exception {
    String printed = new ChildJvm(Program.class).withoutNativeAccess().run(name);
    assertTrue(printed.contains("listens: UdsServerSocket[" + name), printed);
    assertTrue(printed.contains("WARNING"), printed);
    assertTrue(printed.contains(ForeignFunctions.class.getName()), printed);
    assertTrue(printed.contains("--enable-native-access=ALL-UNNAMED"), printed);
  }

  @Test
  void isNotTouchedWhereTheJdksChannelsServe(@TempDir Path dir) throws Exception {
    String path = "unix:" + dir.resolve("s");
    String printed =
        new ChildJvm(Program.class)
            .withoutNativeAccess()
            .options("--illegal-native-access=deny")
            .run(path);
    assertTrue(printed.startsWith("listens: UdsServerSocket[" + path), printed);
    assertEquals(1, printed.trim().split("\n", -1).length, printed);
  }

  @Test
  void whatIsMissingIsNamedWhereTheJvmRefuses() throws Exception {
    String printed =
        new ChildJvm(Program.class)
            .withoutNativeAccess()
            .options("--illegal-native-access=deny")
            .run(name);
    String refused =
        ": this JVM allows no native code: start it with --enable-native-access=ALL-UNNAMED";
    assertTrue(printed.contains("no backend for " + name), printed);
    assertTrue(printed.contains("; ffm" + refused + "; jnr" + refused + "\n"), printed);
  }

  /** Listens on the address that it is given. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) {
      try (ServerSocket server = new UdsServerSocketFactory(args[0]).createServerSocket(0)) {
        System.out.println("listens: " + server);
      } catch (IOException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
