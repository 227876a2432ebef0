package io.github.grpcuds.transport.internal.socket;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.ChildJvm;
import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.github.grpcuds.transport.UdsSocketFactory;
import io.github.grpcuds.transport.internal.backend.BackendTest;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a user sees whom file modes keep out; root has to give up its privilege for that. */
final class DeniedTest {
  private static final String[] WITHOUT_PRIVILEGE = {
    "setpriv", "--bounding-set=-dac_override,-dac_read_search"
  };

  @TempDir Path dir;

  @ParameterizedTest
  @MethodSource(BackendTest.ALL)
  void modesThatKeepAUserOutAreToldWithThePath(String backend) throws Exception {
    BackendTest.assumeAvailable(backend);
    Path folder = Files.createDirectory(dir.resolve("folder"));
    SocketFileOptions nobody = SocketFileOptions.defaults().mode(0);
    String printed;
    try (ServerSocket shut = listen(dir.resolve("shut"), nobody);
        ServerSocket inside = listen(folder.resolve("s"), SocketFileOptions.defaults())) {
      assertTrue(shut.isBound() && inside.isBound());
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("---------"));
      try {
        boolean root = Files.getAttribute(dir, "unix:uid").equals(0);
        ChildJvm jvm = new ChildJvm(Program.class).backend(backend);
        printed = (root ? jvm.by(WITHOUT_PRIVILEGE) : jvm).run(dir);
      } finally {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
      }
    }
    String denied = "java.nio.file.AccessDeniedException: ";
    assertPrinted(printed, "connect " + denied + dir.resolve("shut") + ": Permission denied");
    assertPrinted(printed, "connect " + denied + folder.resolve("s") + ": Permission denied");
    assertPrinted(
        printed,
        "listen java.nio.file.FileSystemException: "
            + dir.resolve("shut")
            + ": Cannot listen here: there is already a socket that this user may not connect to");
    assertPrinted(printed, "listen " + denied + folder.resolve("s") + ": Cannot listen: ");
  }

  private static ServerSocket listen(Path path, SocketFileOptions options) throws IOException {
    return new UdsServerSocketFactory(BackendTest.at(path), options).createServerSocket(0);
  }

  private static void assertPrinted(String printed, String line) {
    assertTrue(printed.contains(line), () -> "\"" + line + "\" is not in: " + printed);
  }

  /** Tries what is to fail. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) {
      for (String name : new String[] {"/shut", "/folder/s"}) {
        UdsAddress address = UdsAddress.ofPath(args[0] + name);
        try {
          new UdsSocketFactory(address).createSocket("ignored", 0).close();
          System.out.println("connected to " + address);
        } catch (IOException e) {
          System.out.println("connect " + e);
        }
        try {
          new UdsServerSocketFactory(address).createServerSocket(0).close();
          System.out.println("listened on " + address);
        } catch (IOException e) {
          System.out.println("listen " + e);
        }
      }
    }
  }
}
