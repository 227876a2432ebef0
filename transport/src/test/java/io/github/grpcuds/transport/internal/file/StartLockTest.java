package io.github.grpcuds.transport.internal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Background;
import io.github.grpcuds.testkit.ChildJvm;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StartLockTest {
  @TempDir Path dir;

  @Test
  void twoProcessesNeverHoldTheSameLock() throws Exception {
    List<Background<String>> processes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ChildJvm jvm = new ChildJvm(TakeAndGiveBack.class);
      processes.add(Background.start("process " + i, () -> jvm.run(dir.resolve("s"))));
    }
    for (Background<String> process : processes) {
      process.result();
    }
    assertFalse(Files.exists(dir.resolve(".s.lock")));
  }

  @Test
  void whatIsNoLockFileStaysAndKeepsNobodyFromStarting() throws Exception {
    Path there = Files.createDirectory(dir.resolve(".s.lock"));
    StartLock.acquire(dir.resolve("s")).close();
    assertTrue(Files.isDirectory(there));
  }

  @Test
  void linkIsNotFollowed() throws Exception {
    Path target = Files.createFile(dir.resolve("target"));
    Files.createSymbolicLink(dir.resolve(".s.lock"), target);
    StartLock.acquire(dir.resolve("s")).close();
    assertEquals(0, Files.size(target));
  }

  @Test
  void holderThatDoesNotGoOnIsNotWaitedForForEver() throws Exception {
    Path file = dir.resolve(".s.lock");
    try (FileChannel held =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      held.lock();
      StartLock.acquire(dir.resolve("s"), TimeUnit.MILLISECONDS.toNanos(20)).close();
      assertTrue(Files.exists(file), "the holder's lock file was deleted");
    }
  }

  /** Takes the lock again and again, and fails if another holder is inside. */
  static final class TakeAndGiveBack {
    private TakeAndGiveBack() {}

    public static void main(String[] args) throws Exception {
      Path socket = Paths.get(args[0]);
      Path inside = socket.resolveSibling("inside");
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(800);
      while (System.nanoTime() - end < 0) {
        StartLock lock = StartLock.acquire(socket);
        try {
          Files.createFile(inside);
          Files.delete(inside);
        } catch (FileAlreadyExistsException e) {
          throw new AssertionError("two processes hold the lock of " + socket, e);
        } finally {
          lock.close();
        }
      }
    }
  }
}
