package io.github.grpcuds.it.libraries;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Await;
import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import javax.net.SocketFactory;

/** A server of another maker's, until it is closed. */
final class DaemonProcess implements AutoCloseable {
  private final Process process;
  private final File log;

  DaemonProcess(Path folder, String... command) throws IOException {
    log = folder.resolve("daemon.log").toFile();
    process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start();
  }

  /** Waits until it takes connections. */
  void awaitSocket(SocketFactory factory) throws InterruptedException {
    Await.until(() -> accepts(factory), this::state);
  }

  private boolean accepts(SocketFactory factory) {
    assertTrue(process.isAlive(), this::state);
    try (Socket socket = factory.createSocket("localhost", 1)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private String state() {
    try {
      return "alive: "
          + process.isAlive()
          + "\n"
          + String.join("\n", Files.readAllLines(log.toPath()));
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
