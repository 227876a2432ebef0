package io.github.grpcuds.okhttp;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.transport.UdsAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketWatchTest {
  @TempDir Path dir;
  private final AtomicInteger tries = new AtomicInteger();
  private final AtomicInteger wakes = new AtomicInteger();

  /** A channel; what is at the path listens. */
  private final class Waiting implements SocketWatch.Client {
    private volatile SocketWatch watch;

    @Override
    public boolean tryConnect(UdsAddress address) {
      tries.incrementAndGet();
      return Files.exists(path());
    }

    @Override
    public void wake() {
      wakes.incrementAndGet();
      watch.cancel(UdsAddress.ofPath(path().toString()), this);
    }

    @Override
    public void forget(UdsAddress address) {}
  }

  private Path path() {
    return dir.resolve("run").resolve("app").resolve("s");
  }

  private void assertNoticed(SocketWatch.FolderWatches folders, int clients) throws Exception {
    SocketWatch watch = new SocketWatch(folders);
    for (int i = 0; i < clients; i++) {
      Waiting client = new Waiting();
      client.watch = watch;
      watch.await(UdsAddress.ofPath(path().toString()), client);
    }
    Files.createDirectories(path().getParent());
    Files.createFile(path());
    Await.until(() -> wakes.get() == clients, () -> wakes + " of " + clients);
    assertTrue(tries.get() < clients, tries + " tries"); // one of the clients tries for all
  }

  @Test
  void aFileIsNoticedWithItsFolders() throws Exception {
    assertNoticed(FolderWatch::open, 300);
  }

  /** As on macOS, or where a user has no inotify instance left. */
  @Test
  void aFileIsNoticedWhereNothingTellsOfIt() throws Exception {
    assertNoticed(listener -> null, 300);
  }
}
