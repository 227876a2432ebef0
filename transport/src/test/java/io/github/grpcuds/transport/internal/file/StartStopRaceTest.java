package io.github.grpcuds.transport.internal.file;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Background;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.github.grpcuds.transport.UdsSocketFactory;
import io.github.grpcuds.transport.internal.backend.BackendTest;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Starts and connects that race with stops. */
public abstract class StartStopRaceTest extends BackendTest {
  private static final long MILLIS = 1500;

  public StartStopRaceTest(String backend) {
    super(backend);
  }

  @Test
  void eachFailureSaysWhatItMeans() throws Exception {
    Path path = dir.resolve("s");
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MILLIS);
    Background<Integer> first = Background.start("first server", () -> startAndStop(path, end));
    Background<Integer> second = Background.start("second server", () -> startAndStop(path, end));
    Background<Integer> client = Background.start("client", () -> connectAgain(path, end));
    assertTrue(first.result() + second.result() > 0, "no server has started");
    assertTrue(client.result() > 0, "no client has tried");
  }

  private static int startAndStop(Path path, long end) throws IOException {
    int started = 0;
    while (System.nanoTime() - end < 0) {
      try {
        ServerSocket server = new UdsServerSocketFactory(at(path)).createServerSocket(0);
        server.close();
        started++;
      } catch (BindException e) {
        // the other one has it
      }
    }
    return started;
  }

  private static int connectAgain(Path path, long end) throws IOException {
    int tried = 0;
    while (System.nanoTime() - end < 0) {
      tried++;
      try {
        new UdsSocketFactory(at(path)).createSocket("ignored", 0).close();
      } catch (NoSuchFileException e) {
        String reason = String.valueOf(e.getReason());
        assertTrue(reason.startsWith("No such socket"), () -> "a bare " + e);
      } catch (ConnectException e) {
        // bound, and not listening yet or no more
      } catch (SocketException e) {
        assertTrue(e.getMessage().contains("reset"), () -> "not expected: " + e);
      }
    }
    return tried;
  }
}
