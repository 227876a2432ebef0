package io.github.grpcuds.transport.internal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.ChildJvm;
import io.github.grpcuds.testkit.ChildProcess;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.github.grpcuds.transport.internal.backend.BackendTest;
import io.github.grpcuds.transport.internal.backend.Backends;
import io.github.grpcuds.transport.internal.jnr.CloseOnExec;
import io.github.grpcuds.transport.internal.testing.Tool;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs that native code starts, the JVM's own for one, do not keep a server's socket open. */
@EnabledOnOs(OS.LINUX)
final class InheritedByChildTest {
  @TempDir Path dir;

  @ParameterizedTest
  @MethodSource(BackendTest.ALL)
  void socketOfAKilledServerIsFreeThoughItsChildLives(String backend) throws Exception {
    BackendTest.assumeAvailable(backend);
    Path path = dir.resolve("s");
    Path pid = dir.resolve("pid");
    ChildJvm jvm =
        new ChildJvm(ServeAndRunOut.class)
            .backend(backend)
            .options(
                "-Xmx32m", "-XX:OnOutOfMemoryError=sleep 60 > /dev/null 2>&1 & echo $! > " + pid);
    try (ChildProcess server = jvm.start(path)) {
      String started = server.hear("");
      Assumptions.assumeTrue(started.equals("started"), started);
      server.say("");
      Await.until(() -> pid.toFile().length() > 0, () -> "the JVM has started no program");
      server.kill();
      try (ServerSocket next =
          new UdsServerSocketFactory(BackendTest.at(path)).createServerSocket(0)) {
        assertEquals(BackendTest.at(path), next.getLocalSocketAddress());
      }
    } finally {
      Tool.need("sh", "-c", "kill $(cat " + pid + ") 2>&1 || true");
    }
  }

  /** A server whose JVM runs out of memory when it is told to. */
  static final class ServeAndRunOut {
    private ServeAndRunOut() {}

    public static void main(String[] args) throws IOException {
      UdsAddress address = UdsAddress.ofPath(Paths.get(args[0]).toString());
      try (ServerSocket server = new UdsServerSocketFactory(address).createServerSocket(0)) {
        boolean kept = !System.getProperty(Backends.PROPERTY).equals("jdk") || CloseOnExec.set(0);
        System.out.println(kept ? "started" : "close-on-exec cannot be set in this JVM");
        System.in.read();
        List<byte[]> all = new ArrayList<>();
        try {
          while (server.isBound() && all.size() < Integer.MAX_VALUE) {
            all.add(new byte[1 << 20]);
          }
        } catch (OutOfMemoryError e) {
          all.clear();
        }
        System.in.read();
      }
    }
  }
}
