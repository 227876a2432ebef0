package io.github.grpcuds.transport.internal.backend;

import io.github.grpcuds.testkit.UncaughtExceptions;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.github.grpcuds.transport.UdsSocketFactory;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What tests that run on every backend have in common. */
@ExtendWith(UncaughtExceptions.class)
public abstract class BackendTest {
  /** For {@code MethodSource}: the names of all backends, available here or not. */
  public static final String ALL = "io.github.grpcuds.transport.internal.backend.Backends#names";

  @TempDir public Path dir;

  private final String backend;
  private final List<AutoCloseable> toClose = new ArrayList<>();
  private String propertyBefore;

  public BackendTest(String backend) {
    this.backend = backend;
  }

  @BeforeEach
  void forceBackend() {
    propertyBefore = System.getProperty(Backends.PROPERTY);
    force(backend);
    assumeForcedIsAvailable();
  }

  @AfterEach
  void restoreBackend() throws Exception {
    force(propertyBefore);
    for (AutoCloseable each : toClose) {
      each.close();
    }
  }

  public static void assumeAvailable(String backend) {
    String before = System.getProperty(Backends.PROPERTY);
    force(backend);
    try {
      assumeForcedIsAvailable();
    } finally {
      force(before);
    }
  }

  private static void assumeForcedIsAvailable() {
    try {
      Backends.choose(UdsAddress.ofPath("/any"));
    } catch (IOException e) {
      Assumptions.abort(e.getMessage());
    }
  }

  public static void force(String backend) {
    if (backend == null) {
      System.clearProperty(Backends.PROPERTY);
    } else {
      System.setProperty(Backends.PROPERTY, backend);
    }
  }

  public String backendName() {
    return backend;
  }

  /** To be closed when the test ends, in the order of the calls. */
  public <T extends AutoCloseable> T closing(T resource) {
    toClose.add(resource);
    return resource;
  }

  public static UdsAddress at(Path path) {
    return UdsAddress.ofPath(path.toString());
  }

  public ServerSocket listen(Path path) throws IOException {
    return closing(new UdsServerSocketFactory(at(path)).createServerSocket(0));
  }

  public Socket unconnected(Path path) throws IOException {
    return closing(new UdsSocketFactory(at(path)).createSocket());
  }

  public Socket connect(Path path) throws IOException {
    return closing(new UdsSocketFactory(at(path)).createSocket("ignored", 0));
  }

  /** A connection of which a test needs both ends. */
  public Connection connection() throws IOException {
    Path path = dir.resolve("s");
    ServerSocket server = listen(path);
    Socket client = connect(path);
    return new Connection(server, client, closing(server.accept()));
  }

  public static final class Connection {
    public final ServerSocket server;
    public final Socket client;
    public final Socket accepted;

    Connection(ServerSocket server, Socket client, Socket accepted) {
      this.server = server;
      this.client = client;
      this.accepted = accepted;
    }
  }
}
